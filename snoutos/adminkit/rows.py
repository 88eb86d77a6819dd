"""Rows as the desk sees them: of one organization only, and named in addresses by `public_id`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from snoutos.accounts.models import Organization


def face(obj: models.Model) -> str:
    """What names a row in addresses: its `public_id`, or its key when it has none."""
    return str(getattr(obj, "public_id", obj.pk))


def address(obj: models.Model) -> str | None:
    """The desk's page about `obj`, or None when it has no page."""
    opts = obj._meta
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[face(obj)])
    except NoReverseMatch:
        return None


def link(obj: models.Model | None, text: str = "") -> SafeString | str:
    """`obj` as a link to its page, or as plain text when it has none; a dash for nothing."""
    if obj is None:
        return "–"
    where = address(obj)
    words = text or str(obj)
    return linked(where, words) if where else words


def linked(where: str, words: str) -> SafeString:
    """`words` as a link to the address `where`."""
    return render_to_string("adminkit/link.html", {"where": where, "words": words})


class Named:
    """A row as templates see it: its `pk` is what names it in addresses."""

    def __init__(self, obj: models.Model) -> None:
        self._obj = obj
        self.pk = face(obj)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._obj, name)

    def __str__(self) -> str:
        return str(self._obj)


def has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def own_rows(model: type[models.Model], organization: Organization | None) -> QuerySet[Any]:
    """The rows of `model` that belong to `organization`; none for None."""
    rows = model._default_manager.all()
    if organization is None:
        return rows.none()
    if model is Organization:
        return rows.filter(pk=organization.pk)
    return rows.filter(organization=organization) if has_field(model, "organization") else rows.none()
