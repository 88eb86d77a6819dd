"""Tenancy: no row points into another business, and none points nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db import connection

from snoutos.accounts.tenancy import TenantForeignKey, tenant_key_name
from snoutos.ops.doctor.registry import check


def tenant_keys() -> list[TenantForeignKey]:
    """Every reference inside one organization, of every model."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    ]


@check(
    "tenancy.reference_into_another_business",
    subject="reference",
    wrong="Points to another business's row, or to none",
    do="someone may see what isn't theirs: stop the web processes and report it right away",
)
def reference_into_another_business(at: datetime) -> Iterator[str]:
    for key in tenant_keys():
        table, target = key.model._meta.db_table, key.related_model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT mine.id FROM "{table}" mine LEFT JOIN "{target}" theirs ON theirs.id = mine."{key.column}" '  # noqa: S608
                f'WHERE mine."{key.column}" IS NOT NULL '
                "AND theirs.organization_id IS DISTINCT FROM mine.organization_id ORDER BY mine.id LIMIT 1000"
            )
            for (row_id,) in cursor.fetchall():
                yield f"{table}.{key.column} {row_id}"


@check(
    "tenancy.key_missing",
    subject="constraint",
    wrong="The database does not refuse references into another business here",
    do="`manage.py migrate` should have made it: compare the schema with a fresh one and add it again as the owner role",
)
def key_missing(at: datetime) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND convalidated")
        there = {name for (name,) in cursor.fetchall()}
    for key in tenant_keys():
        name = tenant_key_name(key.model._meta.db_table, key.column)
        if name not in there:
            yield name
