"""Filters of lists. An unknown filter is refused: a misspelled one must not answer with everything."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from snoutos.accounts.rest import instants

if TYPE_CHECKING:
    from rest_framework.views import APIView

_OF_PAGES = {"cursor", "page_size", "after", "before"}


class _InstantField(IsoDateTimeField):
    """A moment in UTC."""

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return instants.read_from_address(str(value))
        except instants.BadInstant as error:
            raise forms.ValidationError(str(error)) from error


class InstantFilter(django_filters.IsoDateTimeFilter):
    """A time with its zone. One without is refused: it would be ours to guess."""

    field_class = _InstantField


class Filters(django_filters.FilterSet):
    """Declares filters; one that Python reserves is written with an underscore behind (`from_` is `from`)."""

    @classmethod
    def get_filters(cls) -> OrderedDict[str, Any]:
        return OrderedDict((name.rstrip("_"), one) for name, one in super().get_filters().items())


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses query parameters that the list does not know."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        filters = self.get_filterset_class(view, queryset)
        known = _OF_PAGES | set(filters.base_filters if filters else ())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError({name[:100]: ["There's no such filter."] for name in unknown[:20]})
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found
