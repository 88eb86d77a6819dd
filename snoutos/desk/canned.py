"""Canned replies beside the field to write in: which are offered, and what the one picked says here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.urls import reverse

from automations import permissions as may
from automations.canned_replies import Filled, Filling, seen_by
from messaging.models import Thread
from snoutos.desk.request import DeskRequest


@dataclass(frozen=True, slots=True)
class Offered:
    """A line of the list. `url` leads to the page with the text in its field, `text_url` to the text alone, for the script."""

    name: str
    url: str
    text_url: str


def offered(desk: DeskRequest, thread: Thread) -> list[Offered]:
    """Those that whoever writes in `thread` can pick, by name."""
    page = reverse("admin:conversation", args=[thread.public_id])
    return [
        Offered(
            name=reply.name,
            url=f"{page}?canned={reply.public_id}#reply-body",
            text_url=reverse("admin:conversation_canned", args=[thread.public_id, reply.public_id]),
        )
        for reply in (seen_by(desk.user) if desk.may(may.SEE_CANNED_REPLIES) else ())
    ]


def picked(desk: DeskRequest, thread: Thread, reply_id: str | uuid.UUID) -> Filled | None:
    """What the reply of this public id says in `thread`; None for one that they do not see."""
    try:
        wanted = uuid.UUID(str(reply_id))
    except ValueError:
        return None
    if not desk.may(may.SEE_CANNED_REPLIES):
        return None
    reply = seen_by(desk.user).filter(public_id=wanted).first()
    return Filling(thread, desk.at).of(reply) if reply is not None else None
