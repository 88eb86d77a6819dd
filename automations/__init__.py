"""Rules an owner makes, which react to occurrences (`audit.Occurrence`). Stands above messaging: nothing below knows it.

    occurrence → `match` → execution → `runner` → steps (`steps`, `webhook_step`)

`content` is what a rule does, as one checked value; `lifecycle` makes and changes it, `trial` tests it, `backtest` tries it on the past,
`planning` writes down moments ahead. Pure: `content`, `triggers`, `actions`, `params`, `conditions`, `templates`, `schedules`, `matcher`.
"""
