"""From an accepted message to the provider and back: outbox, attempts, outcomes."""
