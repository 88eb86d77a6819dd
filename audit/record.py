"""Writing the trail beside the change, in the change's own transaction.

    with transaction.atomic(), recording(actor=Actor.user(user.pk)) as trail:
        ...
        trail.record(events.thread_closed(organization_id=1, thread_id=42))

A block inside a block hands what it holds to the outer one when it ends, or drops it when it raises; the
outermost writes. Code further down reaches the block by `current()`.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from django.db import connection

from audit import correlation, flush
from audit.errors import NotRecordingError, OutsideTransactionError
from audit.models import ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from audit.types import Event, NewOccurrence, Notice
    from snoutos.accounts.models import User

__all__ = ["Actor", "Trail", "current", "recording"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` names a user, client, sitter, provider account or automation; for `api` a user."""

    kind: ActorKind
    id: int | None = None

    @classmethod
    def user(cls, user_id: int) -> Self:
        return cls(ActorKind.USER, user_id)

    @classmethod
    def person(cls, user: User | None) -> Self:
        """The user who asked for it; SnoutOS itself when nobody did."""
        return cls.system() if user is None else cls.user(user.pk)

    @classmethod
    def client(cls, client_id: int | None) -> Self:
        """None: the text came from a phone that is nobody's yet."""
        return cls(ActorKind.CLIENT, client_id)

    @classmethod
    def sitter(cls, sitter_id: int) -> Self:
        return cls(ActorKind.SITTER, sitter_id)

    @classmethod
    def provider(cls, account_id: int | None = None) -> Self:
        return cls(ActorKind.PROVIDER, account_id)

    @classmethod
    def system(cls) -> Self:
        return cls(ActorKind.SYSTEM)

    @classmethod
    def automation(cls, automation_id: int) -> Self:
        return cls(ActorKind.AUTOMATION, automation_id)

    @classmethod
    def api(cls, user_id: int) -> Self:
        return cls(ActorKind.API, user_id)


@dataclass(slots=True)
class Trail:
    """What one block has collected. Nothing is written before the outermost block ends."""

    actor: Actor
    at: datetime | None = None
    _held: flush.Held = field(default_factory=flush.Held)
    _open: bool = True

    def record(self, event: Event, *, actor: Actor | None = None, at: datetime | None = None) -> None:
        """Hold `event` for the trail. `actor` and `at` default to the block's."""
        self._require_open()
        who = actor or self.actor
        self._held.events.append(flush.HeldEvent(event, who.kind, who.id, at or self.at))

    def alert(self, notice: Notice, *, at: datetime | None = None) -> None:
        """Raise an alert, or count one more on the open alert of the same kind and subject."""
        self._require_open()
        self._held.notices.append(flush.HeldNotice(notice, at or self.at))

    def occur(self, occurring: NewOccurrence) -> None:
        """Let automations and other sweeps know. A key the organization already has changes nothing."""
        self._require_open()
        self._held.occurrings.append(occurring)

    def _require_open(self) -> None:
        if not self._open:
            raise NotRecordingError


_trail: ContextVar[Trail | None] = ContextVar("audit_trail", default=None)


def current() -> Trail:
    """The trail of the innermost block around the caller. Raises `NotRecordingError` when there is none."""
    trail = _trail.get()
    if trail is None:
        raise NotRecordingError
    return trail


@contextmanager
def recording(*, actor: Actor | None = None, at: datetime | None = None) -> Iterator[Trail]:
    """Collect events, alerts and occurrences, and write them when the outermost block ends.

    `actor` and `at` default to the enclosing block's, at the top to the system and the time of writing.
    Raises `OutsideTransactionError` outside a transaction. Costs one query for each sort of record held, none
    for what is not.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError
    outer = _trail.get()
    trail = Trail(actor or (outer.actor if outer else Actor.system()), at or (outer.at if outer else None))
    token = _trail.set(trail)
    try:
        yield trail
    finally:
        _trail.reset(token)
        trail._open = False
    if outer is not None:
        outer._held.extend(trail._held)
    else:
        flush.write(trail._held, correlation.get())
