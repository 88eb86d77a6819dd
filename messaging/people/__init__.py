"""Clients, sitters, and who takes part in a thread."""
