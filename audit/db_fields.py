"""A column type of PostgreSQL that Django does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _IntField = models.Field[int, int]
else:
    _IntField = models.Field


class TransactionIdField(_IntField):
    """The 64-bit number of a transaction (`xid8`), an int in Python. It never wraps around."""

    description = "PostgreSQL transaction id"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        """`value` comes as text: psycopg has no loader for xid8."""
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> Any:
        """As text, because there is no cast from an integer to xid8."""
        value = super().get_prep_value(value)
        return str(value) if isinstance(value, int) else value
