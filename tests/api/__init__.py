"""The REST API: who may call what, what they are shown, and what is refused."""
