"""Comparing the trail with its seals."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from audit.models import AuditEvent, AuditSeal, AuditSealMember
from audit.seal import GENESIS, digest, seal_hash, snapshot, unsealed

# An id is taken a moment before its transaction gets a number, when the event is its first write. No such
# moment lasts a minute, so ids are compared only with seals that much older.
_TOLERANCE = timedelta(minutes=1)


@dataclass(slots=True)
class Report:
    """What `verify` found. The lists hold event ids; `broken_seals` those of seals that do not add up."""

    seals: int = 0
    events: int = 0
    not_sealed_yet: int = 0
    head: str = GENESIS
    edited: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    inserted: list[int] = field(default_factory=list)
    reordered: list[int] = field(default_factory=list)
    broken_seals: list[int] = field(default_factory=list)
    known_head_missing: bool = False

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not (
            self.edited
            or self.removed
            or self.inserted
            or self.reordered
            or self.broken_seals
            or self.known_head_missing
        )


@dataclass(slots=True)
class _Clock:
    """For one cluster: which ids were already given when a transaction began, as far as seals can tell."""

    ends: list[int] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    highest: list[int] = field(default_factory=list)

    def add(self, made: AuditSeal) -> None:
        """Learn from a seal, in order."""
        self.ends.append(made.snapshot_end)
        self.times.append(made.sealed_at)
        self.highest.append(max(made.last_id, self.highest[-1] if self.highest else 0))

    def too_late(self, event: AuditEvent) -> bool:
        """Whether the id was given long before the transaction that claims to have written the event."""
        known = bisect_right(self.ends, event.xid)
        if not known:
            return False
        older = bisect_right(self.times, self.times[known - 1] - _TOLERANCE, hi=known)
        return older > 0 and event.pk <= self.highest[older - 1]


def verify(known_head: str = "") -> Report:
    """Compare every sealed event with its seal and every seal with the one before.

    `known_head` is a seal's hash noted earlier outside the database: it must still be in the chain, which
    proves that the chain was not cut short or made anew.
    """
    report = Report(known_head_missing=bool(known_head))
    clocks: dict[str, _Clock] = {}
    last: AuditSeal | None = None
    for made in AuditSeal.objects.order_by("pk").iterator(chunk_size=500):
        _verify_seal(made, report, clocks.setdefault(made.cluster, _Clock()))
        report.known_head_missing = report.known_head_missing and made.hash != known_head
        last = made
    if last is not None:
        _verify_rest(last, report, clocks[last.cluster])
    report.not_sealed_yet = unsealed().count()
    return report


def _verify_seal(made: AuditSeal, report: Report, clock: _Clock) -> None:
    members = {
        row.event_id: bytes(row.digest)
        for row in AuditSealMember.objects.filter(seal_id=made.pk).order_by("event_id")
    }
    if made.previous_hash != report.head or made.hash != seal_hash(made, members.items()):
        report.broken_seals.append(made.pk)
    _compare(members, AuditEvent.objects.in_bulk(members), report, clock)
    report.seals += 1
    report.events += len(members)
    report.head = made.hash
    clock.add(made)


def _compare(members: dict[int, bytes], found: dict[int, AuditEvent], report: Report, clock: _Clock) -> None:
    """An event that says what another changed one should say was moved, not edited."""
    changed = {pk: now for pk, event in found.items() if (now := digest(event)) != members[pk]}
    moved = {members[pk] for pk in changed}
    for pk, now in sorted(changed.items()):
        (report.reordered if now in moved else report.edited).append(pk)
    report.removed += [pk for pk in members if pk not in found]
    report.inserted += [
        pk for pk, event in sorted(found.items()) if pk not in changed and clock.too_late(event)
    ]


def _verify_rest(last: AuditSeal, report: Report, clock: _Clock) -> None:
    """Unsealed events that claim a place among the sealed ones. Nothing can be told just after a restore."""
    if snapshot().cluster != last.cluster:
        return
    backdated = unsealed().filter(xid__lt=last.horizon).order_by("pk").values_list("pk", flat=True)
    gap = unsealed().filter(xid__gte=last.horizon, pk__lte=clock.highest[-1]).order_by("pk")
    report.inserted += [*backdated, *(event.pk for event in gap if clock.too_late(event))]
