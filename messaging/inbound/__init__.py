"""Webhooks of the provider: checked, kept, and taken in once."""
