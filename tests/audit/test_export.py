"""Reading the trail: one business only, in order, and as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest

from audit import correlation, export
from audit.models import AuditEvent
from audit.record import Actor, recording
from messaging import events
from tests.audit.places import NOON, happen, organization


@pytest.mark.django_db
def test_a_timeline_holds_one_thread_of_one_business_oldest_first() -> None:
    here, there = organization(), organization()
    first, second = happen(here, 2, thread_id=42)
    happen(here, thread_id=43)
    happen(there, thread_id=42)
    assert list(export.timeline(here, 42)) == [first, second]


@pytest.mark.django_db
def test_events_of_a_business_are_newest_first_without_the_installations() -> None:
    here = organization()
    first, second = happen(here, 2)
    happen(organization())
    with recording() as trail:
        trail.record(
            events.webhook_signature_rejected(organization_id=None, account_id=None, reason="bad", count=1)
        )
    assert list(export.events_of(here)) == [second, first]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [3, 2, 1]),
        ({"verb": "thread.closed"}, [1]),
        ({"verb": "thread."}, [2, 1]),
        ({"verb": "thread"}, []),
        ({"actor_kind": "user", "actor_id": 5}, [2]),
        ({"subject_kind": "client", "subject_id": 9}, [3]),
        ({"since": NOON + timedelta(hours=1)}, [3, 2]),
        ({"until": NOON + timedelta(hours=1)}, [1]),
        ({"since": NOON + timedelta(hours=1), "until": NOON + timedelta(hours=2)}, [2]),
        ({"correlation_id": uuid4()}, []),
    ],
)
def test_search_meets_everything_given(wanted: dict[str, Any], found: list[int]) -> None:
    here = organization()
    with recording() as trail:
        trail.record(events.thread_closed(organization_id=here.pk, thread_id=1), at=NOON)
        trail.record(
            events.thread_reopened(organization_id=here.pk, thread_id=1),
            actor=Actor.user(5),
            at=NOON + timedelta(hours=1),
        )
        trail.record(
            events.people_client_created(organization_id=here.pk, client_id=9), at=NOON + timedelta(hours=2)
        )
    happen(organization())
    numbers = {
        pk: number
        for number, pk in enumerate(AuditEvent.objects.order_by("pk").values_list("pk", flat=True), 1)
    }
    assert [numbers[event.pk] for event in export.search(here, **wanted)] == found


@pytest.mark.django_db
def test_search_by_correlation_finds_all_one_request_did() -> None:
    here = organization()
    with correlation.bind() as identity:
        (event,) = happen(here)
    happen(here)
    assert list(export.search(here, correlation_id=identity)) == [event]


@pytest.mark.django_db
def test_the_csv_holds_every_event() -> None:
    here = organization()
    with recording(actor=Actor.user(5), at=NOON) as trail:
        trail.record(
            events.message_outbound_warned(
                organization_id=here.pk, thread_id=42, message_id=7, kinds=["phone", "url"]
            )
        )
    (row,) = csv.DictReader(StringIO("".join(export.events_csv(export.events_of(here)))))
    assert row["verb"] == "message.outbound.warned"
    assert row["what happened"] == "A text went out with a warning (phone, url)."
    assert (row["at"], row["actor"], row["actor id"], row["conversation id"]) == (
        NOON.isoformat(),
        "user",
        "5",
        "42",
    )
    assert row["data"] == "kinds=phone url"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_cells_that_a_spreadsheet_would_run_are_disarmed(start: str) -> None:
    payload = f"{start}cmd|' /C calc'!A0"
    (_, line) = export.stream_csv(["cell"], [[payload]])
    assert next(csv.reader(StringIO(line, newline=""))) == [f"'{payload}"]


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (-5, "-5"), (True, "True"), ("a=b", "a=b"), ('"', '"'), ("a,b", "a,b")]
)
def test_harmless_cells_stay_as_they_are(value: object, cell: str) -> None:
    (_, line) = export.stream_csv(["cell", "other"], [[value, 1]])
    assert next(csv.reader(StringIO(line, newline=""))) == [cell, "1"]


def test_rows_are_asked_for_one_at_a_time() -> None:
    asked: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            asked.append(number)
            yield [number]

    stream = export.stream_csv(["n"], rows())
    assert next(stream) == "n\r\n"
    assert asked == []
    assert next(stream) == "0\r\n"
    assert asked == [0]
