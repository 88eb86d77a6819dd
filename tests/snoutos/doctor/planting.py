"""Faults that the database refuses to hold, planted by its owner with the guards off. The test's transaction takes all of it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from messaging.models import Delivery, SendAttempt
from messaging.outbound.queue import claims
from snoutos.ops.doctor.examination import examine
from tests.audit.places import owner, run
from tests.business import Business
from tests.messaging.outbound.steps import owner_says


@contextmanager
def unguarded(*tables: str, without: tuple[str, ...] = ()) -> Iterator[None]:
    """As the owner, with the triggers of `tables` off and the constraints `without` ("table.name") gone for the rest of the test."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with owner():
        for table in tables:
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for rule in without:
            table, name = rule.split(".")
            run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            run(f"DROP INDEX IF EXISTS {name}")
        yield
        for table in tables:
            run(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def broken(code: str, *, later: timedelta = timedelta()) -> list[str]:
    """What the check `code` finds, `later` than now."""
    return [one for found in examine([code], at=timezone.now() + later) for one in found.ids]


def claimed(business: Business, body: str = "See you") -> tuple[Delivery, SendAttempt]:
    """A delivery that a worker has claimed."""
    delivery = owner_says(business, body)
    claims.wake(delivery.line_id)
    attempt = claims.claim(delivery.line_id)
    assert attempt is not None
    assert attempt.delivery_id == delivery.pk
    return Delivery.objects.get(pk=delivery.pk), attempt


def put(row: Delivery | SendAttempt, **columns: object) -> None:
    """Set columns as they are, whatever the guards would say."""
    table = row._meta.db_table
    names = ", ".join(f"{name} = %s" for name in columns)
    with unguarded(table):
        run(f"UPDATE {table} SET {names} WHERE id = %s", *columns.values(), row.pk)  # type: ignore[arg-type]
