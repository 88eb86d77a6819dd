"""The API of conversations, texts, deliveries, windows and people: a body in, one verb, its answer out."""
