"""Rows by hand-written statements, for the webhook alone: building the same join or insert anew by the ORM costs more than running it.

Columns come from the models, so a new one is never forgotten; values go through the fields' own conversion (secrets are decrypted).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models


@cache
def columns(model: type[models.Model], alias: str) -> str:
    """The select list of every column of `model` under `alias`."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def _shape(model: type[models.Model]) -> tuple[tuple[str, ...], tuple[tuple[int, Any], ...]]:
    fields = model._meta.concrete_fields
    converted = [(i, f.from_db_value) for i, f in enumerate(fields) if hasattr(f, "from_db_value")]
    return tuple(f.attname for f in fields), tuple(converted)


def take(model: type[models.Model], row: Sequence[Any], start: int) -> tuple[Any, int]:
    """The instance whose columns begin at `start` of `row` (None for an outer join without a partner), and where the next begins."""
    names, converted = _shape(model)
    end = start + len(names)
    if row[start] is None:
        return None, end
    values = list(row[start:end])
    for index, convert in converted:
        values[index] = convert(values[index], None, connection)
    return model.from_db(DEFAULT_DB_ALIAS, names, values), end


@cache
def _insertion(model: type[models.Model]) -> tuple[str, tuple[Any, ...]]:
    fields = tuple(field for field in model._meta.concrete_fields if not field.primary_key)
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = model._meta.db_table
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks}) RETURNING id', fields  # noqa: S608  (our own names)


def insert(instance: models.Model) -> None:
    """Insert a new row as `save` would, with the same conversions and without building the statement anew.

    Runs no signals and no `save` of the model: for models that have neither.
    """
    statement, fields = _insertion(type(instance))
    values = [field.get_db_prep_save(getattr(instance, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (instance.pk,) = cursor.fetchone()
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
