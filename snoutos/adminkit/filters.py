"""Filters of lists: their choices never leave the organization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from snoutos.adminkit.rows import own_rows
from snoutos.adminkit.trail import organization_of
from snoutos.adminkit.unfold import RelatedDropdownFilter


class OwnRelatedFilter(RelatedDropdownFilter):  # type: ignore[misc]
    """Choose one of the organization's own rows."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(row.pk, str(row)) for row in own_rows(field.remote_field.model, organization_of(request))]


class Tabs(admin.SimpleListFilter):
    """A filter that stands as tabs above the list. The first of `tabs` (name → title, which rows) is what the list opens with."""

    title = "show"
    parameter_name = "show"
    # The sheet of filters shows nothing for it: `desk/tabs.html` does.
    template = "desk/no_filter.html"
    tabs: ClassVar[Mapping[str, tuple[str, Q]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in self.tabs.items()]

    def value(self) -> str:
        asked = super().value()
        return asked if asked is not None and asked in self.tabs else next(iter(self.tabs))

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One a tab; the page of a longer list and its order do not go along."""
        first = next(iter(self.tabs))
        for name, (title, _) in self.tabs.items():
            add = {} if name == first else {self.parameter_name: name}
            yield {
                "selected": self.value() == name,
                "query_string": changelist.get_query_string(add, [self.parameter_name, "p"]),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.tabs[self.value()][1])
