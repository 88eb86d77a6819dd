"""Calls to a business number: what the caller hears, and the entry in the conversation."""
