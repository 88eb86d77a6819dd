"""Conversations to look at a rule on: in the builder's preview and in a test."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from automations.content import Content
from automations.trial.dry_run import fitting_threads
from messaging.models import Thread
from messaging.people import naming
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True)
class Offered:
    """One conversation in a list to choose from."""

    public_id: str
    label: str


def offered(desk: DeskRequest, content: Content | None) -> list[Offered]:
    """The newest conversations that fit, by who is at the other end. Two queries."""
    if content is None or content.trigger.thread == "never":
        return []
    ids = [thread.pk for thread in fitting_threads(content, desk.organization, desk.at)]
    rows = Thread.objects.of(desk.organization).filter(pk__in=ids).select_related("client")
    found = rows.annotate(party=naming.outside_of()).order_by("-last_message_at", "-pk")
    return [Offered(str(row.public_id), label(row)) for row in found]


def label(thread: Thread) -> str:
    """Who is at the other end, and which kind of conversation where that matters. `thread` carries `party`."""
    name = naming.name_of(thread, getattr(thread, "party", None)).name
    return name if thread.kind == "care" else f"{name} ({thread.get_kind_display().lower()})"


def chosen(desk: DeskRequest, named: str) -> Thread | None:
    """The conversation of this business that a form names; None for none, another's included."""
    try:
        public_id = uuid.UUID(named)
    except ValueError:
        return None
    found: Thread | None = Thread.objects.of(desk.organization).filter(public_id=public_id).first()
    return found
