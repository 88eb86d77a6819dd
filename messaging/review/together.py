"""Approving several held texts at once: those of one sender in which the same kinds were found, no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.record import Actor, recording
from messaging import locks
from messaging.errors import MessagingError, NotAlike
from messaging.models import Message
from messaging.models.messages import HeldReason
from messaging.review import decisions
from policy.models import Action
from snoutos.accounts.models import User

MOST = 100


@dataclass(frozen=True, slots=True)
class Sort:
    """What texts must share to be approved together: who wrote them and what was found."""

    author_kind: str
    sitter_id: int | None
    author_id: int | None
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """What became of them: `left` were decided by somebody else meanwhile or may not be sent, each with the reason."""

    approved: tuple[Message, ...]
    left: tuple[tuple[Message, MessagingError], ...]


def sort(message: Message) -> Sort | None:
    """The sort of a text that findings hold; None for one that is held for something else, which is looked at alone.

    Costs no query when `violations` were fetched along.
    """
    held_for = [row for row in message.violations.all() if row.action == Action.HOLD]
    kinds = {str(found["kind"]) for violation in held_for for found in violation.findings}
    if message.held_reason != HeldReason.FINDING or not kinds:
        return None
    # By app a sitter is a user too; by text they are not. It is the same person.
    author_id = None if message.sitter_id is not None else message.author_id
    return Sort(message.author_kind, message.sitter_id, author_id, tuple(sorted(kinds)))


def approve(messages: Sequence[Message], *, by: User, at: datetime) -> Together:
    """Send each as written, oldest first. Raises NotAlike, and sends none, unless all are of one sort and at most 100."""
    sorts = {sort(message) for message in messages}
    if len(sorts) != 1 or None in sorts or len(messages) > MOST:
        raise NotAlike
    approved: list[Message] = []
    left: list[tuple[Message, MessagingError]] = []
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        # All of them before the first is decided, by ascending id: the order in which everybody takes locks.
        for thread_id in sorted({message.thread_id for message in messages}):
            locks.thread(thread_id)
        for message in sorted(messages, key=lambda one: one.pk):
            locks.message(message.pk)
        for message in sorted(messages, key=lambda one: (one.created_at, one.pk)):
            try:
                approved.append(decisions.approve(message, by=by, at=at))
            except MessagingError as error:
                left.append((message, error))
    return Together(tuple(approved), tuple(left))
