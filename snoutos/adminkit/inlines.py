"""Rows on the page of the row they belong to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from snoutos.adminkit.choices import InOneOrganization
from snoutos.adminkit.forms import TenantForm
from snoutos.adminkit.unfold import TabularInline


class _OwnFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows of a formset belong to the organization of the row they hang on."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.organization_id = self.instance.organization_id
        return form


class TenantInline(InOneOrganization, TabularInline):  # type: ignore[misc]
    """Rows edited on the page of the row they belong to."""

    form = TenantForm
    formset = _OwnFormSet
    extra = 0
    hide_title = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Named by itself: in a table the label stands over the column."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", str(field.label).capitalize())
        return field

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


class FactInline(TenantInline):
    """Facts shown on the page of the row they belong to."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False
