"""Another process that stands still in the middle of its transaction: its session holds what it had, and says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.tenancy.full_business import tenant_models


@contextmanager
def standing_still(*statements: tuple[str, Sequence[Any]]) -> Iterator[None]:
    """A session of its own that has done `statements` and goes no further. At the end it is gone, and with it what it did."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            for sql, parameters in statements:
                cursor.execute(sql, parameters)
        yield
    finally:
        other.close()


def rows_of(organization_id: int) -> list[tuple[str, Sequence[Any]]]:
    """Statements that hold every row of a business, as hard as a row can be held."""
    tables = [model._meta.db_table for model in tenant_models()]
    tables += ["audit_occurrence", "messaging_webhookreceipt"]
    held = [
        f"SELECT 1 FROM {table} WHERE organization_id = %s FOR UPDATE" for table in filter(_may_hold, tables)
    ]
    held.append("SELECT 1 FROM accounts_organization WHERE id = %s FOR UPDATE")
    return [(sql, [organization_id]) for sql in held]


def _may_hold(table: str) -> bool:
    """Rows of an append-only table cannot be held: nobody may change them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
        return bool(cursor.fetchone()[0])


@contextmanager
def impatient(seconds: float = 0.5) -> Iterator[None]:
    """This session waits for a lock so long at most, as every process of ours has its limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(seconds * 1000)}ms"])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
