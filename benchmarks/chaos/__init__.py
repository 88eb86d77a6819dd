"""Nothing lost, nothing sent twice, whatever dies: the whole installation under kill -9 and outages, and both sides' books compared.

    python -m benchmarks.chaos --sends 5000 --inbound 5000 --kills 500 --freezes 20 --valkey-down 60 --postgres-kills 5 --json out.json

It starts PostgreSQL, Valkey, web, workers, beat and the simulated provider in a temporary folder, with times divided
(`--times-divided-by`). The provider fails as a real one does and worse: 429, refusals, errors before and after accepting, silence after
accepting, late answers, callbacks lost, doubled and out of order, webhooks lost and doubled. Texts are sent through the API, each repeated
with its Idempotency-Key until it is answered, and phones text the businesses. Meanwhile processes are killed, or stopped for a while,
at random and at the moments named in `points`. At the end `judge` compares what the provider has with what the database says. `--help`
explains every option and column.
"""
