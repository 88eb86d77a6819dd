"""How conversations stand now: who is on duty, and who receives the next text. Every page and answer that names either asks here.

Both come from the rules themselves (`routing.engine`), on the facts of the moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from messaging.models import Participant, Sitter, Thread
from messaging.models.threads import Role, ThreadKind
from routing import engine, loader, sentences
from routing.engine import Decision, Duty
from routing.loader import Called


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is on duty in a conversation, and where its next text goes. `sitter` is None when nobody is on duty."""

    duty: Duty
    receives: Decision
    sitter: Called | None

    @property
    def sitter_id(self) -> int | None:
        """The sitter on duty."""
        return self.duty.sitter_id

    @property
    def sitter_name(self) -> str:
        """What the sitter on duty is called; empty when nobody is."""
        return self.sitter.name if self.sitter else ""

    @property
    def differs(self) -> bool:
        """Whether somebody is on duty and the texts come to the owner all the same."""
        return self.duty.sitter_id is not None and self.receives.target == "owner_inbox"

    def why_owner(self, zone: tzinfo, at: datetime) -> str:
        """Why texts come to the owner although a sitter is on duty, to follow "texts come to you: "; empty when they do not."""
        return sentences.why_owner(self.receives, zone, at) if self.differs else ""


def of(thread: Thread, at: datetime) -> Standing:
    """How `thread` stands at `at`."""
    return of_all([thread], at)[thread.pk]


def of_all(threads: Iterable[Thread], at: datetime) -> dict[int, Standing]:
    """How each of `threads` stands at `at`, by its id. Two queries, whatever their number."""
    asked = list(threads)
    loaded = loader.load_all(asked, _parties(asked), at)
    found = {}
    for pk, (facts, names) in loaded.items():
        duty = engine.on_duty(facts)
        sitter = names.get(duty.sitter_id) if duty.sitter_id is not None else None
        found[pk] = Standing(duty, engine.decide(facts), sitter)
    return found


def sitter_on_duty(thread: Thread, at: datetime) -> Sitter | None:
    """The sitter on duty in `thread` at `at`."""
    pk = of(thread, at).sitter_id
    found: Sitter | None = Sitter.objects.of(thread.organization_id).filter(pk=pk).first() if pk else None
    return found


def _parties(threads: list[Thread]) -> dict[int, Participant]:
    """The phone outside that takes part in each thread: in a thread with the office the sitter's, else the client's or a stranger's."""
    kinds = {thread.pk: thread.kind for thread in threads}
    rows = Participant.objects.select_related("number").filter(thread__in=kinds, left_at__isnull=True)
    return {
        row.thread_id: row
        for row in rows
        if (row.role in (Role.SITTER, Role.MEMBER)) == (kinds[row.thread_id] == ThreadKind.STAFF)
    }
