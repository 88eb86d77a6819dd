"""From an accepted message to the call: who may text, what is queued, whose turn it is, and the call itself."""
