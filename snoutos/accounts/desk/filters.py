"""Filters of lists: their choices never leave the organization."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.contrib.filters.admin import RelatedDropdownFilter

from snoutos.accounts.desk.rows import own_rows
from snoutos.accounts.desk.trail import organization_of


class OwnRelatedFilter(RelatedDropdownFilter):  # type: ignore[misc]
    """Choose one of the organization's own rows."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(row.pk, str(row)) for row in own_rows(field.remote_field.model, organization_of(request))]
