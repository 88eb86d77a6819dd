"""Visits as if time had passed: their past is guarded by the database, so its owner rewrites it for a test."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tests.snoutos.doctor.planting import unguarded


def rewrite(rows: QuerySet[Any], **values: Any) -> None:
    """Set columns of windows, whatever the guard would say."""
    with unguarded(rows.model._meta.db_table):
        rows.update(**values)


def erase(rows: QuerySet[Any]) -> None:
    """As if the windows had never been."""
    with unguarded(rows.model._meta.db_table):
        rows.delete()
