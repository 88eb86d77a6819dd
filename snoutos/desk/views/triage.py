"""Whose a conversation is, when it comes back, and its tags."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from messaging import permissions as may
from messaging.people import triage
from snoutos.desk import forms, snoozing
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.actions import perform
from snoutos.desk.views.conversation import found


@require_POST
@desk_page(may.TRIAGE)
def give(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the conversation to a member of the office, or to nobody in particular."""
    thread = found(desk, public_id)

    def do(data: dict[str, Any]) -> str:
        member = data["member"]
        triage.give(thread, member, by=desk.user, at=desk.at)
        if member == desk.user:
            return "It's yours."
        return f"It's {member}'s now." if member else "It's no one's in particular now."

    form = forms.GiveForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "triage", form, do)


@require_POST
@desk_page(may.TRIAGE)
def snooze(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep the conversation out of the inbox for a while."""
    thread = found(desk, public_id)

    def do(data: dict[str, Any]) -> str:
        until = snoozing.until(data["snooze"], data["back_at"], desk.zone, desk.at)
        triage.snooze(thread, until=until, by=desk.user, at=desk.at)
        return f"Snoozed {snoozing.said(until, desk.zone, desk.at)}."

    form = forms.SnoozeForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "triage", form, do)


@require_POST
@desk_page(may.TRIAGE)
def wake(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take the snooze back."""
    thread = found(desk, public_id)

    def do(_: dict[str, Any]) -> str:
        triage.wake(thread, by=desk.user, at=desk.at)
        return "Back in your inbox."

    return perform(desk, thread, "triage", forms.DeskForm({}, organization=desk.organization), do)


@require_POST
@desk_page(may.TRIAGE)
def tag(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set its tags."""
    thread = found(desk, public_id)

    def do(data: dict[str, Any]) -> str:
        triage.set_tags(thread, data["tags"], by=desk.user, at=desk.at)
        return "Tags saved."

    form = forms.TagsForm(desk.request.POST, organization=desk.organization)
    return perform(desk, thread, "triage", form, do)
