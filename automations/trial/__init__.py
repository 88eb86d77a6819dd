"""Trying an automation out before it is switched on: on one conversation, and on the last 30 days."""
