"""Signing off events in ranges, and proving later that nobody edited, removed, inserted or reordered one.

A seal takes events whose transactions are settled: ids and commits do not keep one order, but no transaction
older than the oldest one still running can add an event any more. Each seal's hash covers its members and the
hash before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, Func, OuterRef, Q

from audit.db_fields import TransactionIdField
from audit.errors import SealInProgressError
from audit.models import AuditEvent, AuditSeal, AuditSealMember

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

GENESIS = "0" * 64
_LOCK = 0x736E6F7574  # "snout": nobody else in the installation takes this advisory lock


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions are settled: those before `settled` have ended; from `unborn` on none had begun."""

    settled: int
    unborn: int
    cluster: str
    at: datetime


def seal(limit: int = 10_000) -> AuditSeal | None:
    """Seal the oldest settled events, at most `limit`; None when there are none.

    Raises `SealInProgressError` when another process is sealing. After a restore into another cluster, whose
    transactions are counted anew, the first seal takes everything that was restored, whatever the limit.
    """
    with transaction.atomic():
        _take_turns()
        last = AuditSeal.objects.order_by("pk").last()
        now = snapshot()
        if last is not None and last.cluster != now.cluster:
            events = list(unsealed().filter(Q(xid__lt=now.settled) | Q(xid__gte=_UNBORN)))
            horizon = now.settled
        else:
            settled = unsealed().filter(xid__lt=now.settled, xid__gte=last.horizon if last else 0)
            events = list(settled.order_by("xid", "pk")[:limit])
            horizon = events[-1].xid if len(events) == limit else now.settled
        return _seal(events, horizon, now, last) if events else None


# Evaluated in the reading statement's own snapshot, where a transaction that has not begun cannot have
# written a row: such a number comes from the cluster that was dumped.
_UNBORN = Func(
    Func(function="pg_current_snapshot"), function="pg_snapshot_xmax", output_field=TransactionIdField()
)


def snapshot() -> Snapshot:
    """The database's view of its transactions at this moment, by its own clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(s), pg_snapshot_xmax(s), system_identifier, clock_timestamp() "
            "FROM pg_current_snapshot() s, pg_control_system()"
        )
        settled, unborn, cluster, at = cursor.fetchone()
    return Snapshot(int(settled), int(unborn), str(cluster), at)


def unsealed() -> QuerySet[AuditEvent]:
    """Events that are in no seal."""
    return AuditEvent.objects.filter(~Exists(AuditSealMember.objects.filter(event_id=OuterRef("pk"))))


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (mine,) = cursor.fetchone()
    if not mine:
        raise SealInProgressError


def _seal(events: list[AuditEvent], horizon: int, now: Snapshot, last: AuditSeal | None) -> AuditSeal:
    events.sort(key=lambda event: event.pk)
    members = [(event.pk, digest(event)) for event in events]
    made = AuditSeal(
        first_id=events[0].pk,
        last_id=events[-1].pk,
        count=len(events),
        cluster=now.cluster,
        horizon=horizon,
        snapshot_end=now.unborn,
        previous_hash=last.hash if last else GENESIS,
        sealed_at=now.at,
    )
    made.hash = seal_hash(made, members)
    made.save(force_insert=True)
    AuditSealMember.objects.bulk_create(
        (AuditSealMember(seal=made, event_id=pk, digest=proof) for pk, proof in members), batch_size=2_000
    )
    return made


def digest(event: AuditEvent) -> bytes:
    """What an event says, in 32 bytes. Its id is left out; the seal binds the two."""
    return sha256(
        _canonical(
            event.organization_id,
            _instant(event.at),
            event.actor_kind,
            event.actor_id,
            event.verb,
            event.subject_kind,
            event.subject_id,
            event.thread_id,
            str(event.correlation_id),
            event.data,
            event.xid,
            # Events from before credentials were kept have none and keep their digest; taking one away changes it.
            *(
                (event.credential_kind, event.credential_id)
                if event.credential_kind or event.credential_id is not None
                else ()
            ),
        )
    ).digest()


def seal_hash(made: AuditSeal, members: Iterable[tuple[int, bytes]]) -> str:
    """The hash of a seal with these members (event id, digest), in the order of their ids."""
    proof = sha256(
        _canonical(
            made.previous_hash,
            made.first_id,
            made.last_id,
            made.count,
            made.cluster,
            made.horizon,
            made.snapshot_end,
            _instant(made.sealed_at),
        )
    )
    for event_id, event_digest in members:
        proof.update(b"%d:" % event_id + event_digest)
    return proof.hexdigest()


def _canonical(*values: object) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
