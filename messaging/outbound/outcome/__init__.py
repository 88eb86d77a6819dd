"""What became of a call: the provider's answer and its later reports, written down. It knows nothing of the queue."""
