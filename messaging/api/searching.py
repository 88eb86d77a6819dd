"""Filters of lists that find people by name, and by a phone as people write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from snoutos.core.phones import found_by, having


class SearchFilter(django_filters.CharFilter):
    """Part of one of the columns `words`, or a phone in one of `phones`, whole or in part."""

    def __init__(self, *, words: Sequence[str], phones: Sequence[str], label: str) -> None:
        super().__init__(label=label)
        self.words, self.phones = words, phones

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows if not value else _those(rows, found_by(value, words=self.words, phones=self.phones))


class PhoneFilter(django_filters.CharFilter):
    """A phone in one of `phones`, whole or in part; nobody for what is none."""

    def __init__(self, *phones: str, label: str) -> None:
        super().__init__(label=label)
        self.phones = phones

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return rows
        match = having(value, *self.phones)
        return rows.none() if match is None else _those(rows, match)


def _those(rows: QuerySet[Any], match: Q) -> QuerySet[Any]:
    """Each of `rows` once, however many of its phones match."""
    return rows.filter(pk__in=rows.filter(match).order_by().values("pk"))
