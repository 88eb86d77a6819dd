"""Small makers of rows, and ways to act as the database's owner."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from audit.models import Alert, AuditEvent, AuditSeal, Severity
from audit.record import Actor, recording
from audit.seal import seal, snapshot
from messaging import events
from snoutos.accounts.models import Organization, User
from tests.factories import OrganizationFactory, UserFactory

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
_numbers = count(1)


def organization() -> Organization:
    return OrganizationFactory()


def owner_of(business: Organization) -> User:
    return UserFactory(organization=business, role="owner")


def alert(business: Organization, **values: Any) -> Alert:
    given = {
        "kind": "delivery.parked",
        "severity": Severity.WARNING,
        "subject_kind": "delivery",
        "subject_id": next(_numbers),
        "title": "A text probably wasn't sent",
        "first_at": NOON,
        "last_at": NOON,
    }
    return Alert.objects.create(organization=business, **{**given, **values})


def happen(business: Organization, times: int = 1, *, thread_id: int = 42) -> list[AuditEvent]:
    """`times` events in one committed transaction."""
    with transaction.atomic(), recording(actor=Actor.system()) as trail:
        for _ in range(times):
            trail.record(events.thread_closed(organization_id=business.pk, thread_id=thread_id))
    return list(AuditEvent.objects.filter(organization=business).order_by("-pk")[:times])[::-1]


def settle() -> None:
    """Wait until all transactions begun so far have ended: other test processes use the same cluster, for a long test in one."""
    now = snapshot().unborn
    deadline = time.monotonic() + 180
    while snapshot().settled < now and time.monotonic() < deadline:
        time.sleep(0.01)


def seal_now(limit: int = 10_000) -> AuditSeal | None:
    """Seal what was recorded, once it is settled."""
    settle()
    return seal(limit)


def run(sql: str, *values: str | int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


@contextmanager
def owner() -> Iterator[None]:
    """Act as the owner of the tables."""
    run("RESET ROLE")
    try:
        yield
    finally:
        run(f"SET ROLE {connection.ops.quote_name(settings.DATABASE_ROLE)}")


@contextmanager
def tampering() -> Iterator[None]:
    """Act as an owner who switched the append-only triggers off."""
    tables = ("audit_auditevent", "audit_auditseal", "audit_auditsealmember")
    with owner():
        for table in tables:
            run(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        try:
            yield
        finally:
            for table in tables:
                run(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
