"""From what an alert or an event names to the page about it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.urls import reverse

from audit.registry import SUBJECTS
from snoutos import adminkit


def subject_link(organization_id: int | None, kind: str, number: int | None) -> Any:
    """A link to the organization's row that an alert or event names; a dash for none."""
    subject = SUBJECTS.get(kind)
    if subject is None or not subject.has_page or not number or organization_id is None:
        return "–"
    model = apps.get_model(subject.model)
    row = model._default_manager.filter(organization=organization_id, pk=number).first()
    if row is not None and kind == "thread":
        where = reverse("admin:conversation", args=[adminkit.face(row)])
        return adminkit.linked(where, "Open the conversation")
    return adminkit.link(row)
