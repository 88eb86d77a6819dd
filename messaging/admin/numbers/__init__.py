"""The pages about business numbers and the accounts they belong to, one module a room."""

from messaging.admin.numbers import accounts, inventory

__all__ = ["accounts", "inventory"]
