"""What reacts to occurrences (`audit.Occurrence`). Stands above messaging: it may submit texts, nothing below knows it."""
