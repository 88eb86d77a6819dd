"""Rules an owner makes, which react to occurrences (`audit.Occurrence`). Stands above messaging: nothing below knows it.

    occurrence → `matching` → execution → `runner` → steps (`performing`, `calling`)

`content` is what a rule does, as one checked value; `verbs` make and change it, `testing` tests it, `replaying` tries it on the past,
`planning` writes down moments ahead. Pure: `content`, `triggers`, `actions`, `params`, `conditions`, `templates`, `schedules`, `matcher`.
"""
