"""Canned replies: who sees which, and what each says in a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from automations.content import templates
from automations.engine.context import Situation
from automations.models import CannedReply
from messaging.models import AssignmentWindow, Thread
from snoutos.accounts.models import User


def seen_by(user: User) -> QuerySet[CannedReply]:
    """The office's and `user`'s own, by name. Nobody sees another member's own."""
    return (
        CannedReply.objects.of(user.organization_id)
        .filter(Q(member__isnull=True) | Q(member=user))
        .order_by(Lower("name"), "pk")
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """What a reply says in a conversation; without a `text`, `missing` says what is not known there."""

    reply: CannedReply
    text: str = ""
    missing: str = ""


class Filling:
    """Fills replies in for one conversation at one moment; what it knows is read once."""

    def __init__(self, thread: Thread, at: datetime) -> None:
        self._thread, self._at = thread, at

    @cached_property
    def _variables(self) -> dict[str, object]:
        window = (
            AssignmentWindow.objects.of(self._thread.organization_id)
            .filter(thread=self._thread, canceled_at__isnull=True, ends_at__gt=self._at)
            .select_related("sitter")
            .order_by("starts_at", "pk")
            .first()
        )
        situation = Situation(
            organization=self._thread.organization, at=self._at, thread=self._thread, window=window
        )
        return situation.variables()

    def of(self, reply: CannedReply) -> Filled:
        """What `reply` says. Sends nothing and writes nothing."""
        try:
            return Filled(reply, text=templates.render(reply.body, self._variables))
        except templates.TemplateError as error:
            return Filled(reply, missing=error.sentence)
