"""A sitter in many conversations whose lines are opened at the same moment: no two of them get one number towards the phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, recording
from messaging import locks
from messaging.models import Participant, Sitter, Thread
from messaging.people import participants
from tests.business import Business, another_client, open_business
from tests.messaging.people.test_starting_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 50


def joins(business: Business, thread: Thread) -> Callable[[], Participant | None]:
    """What a client's text does for the sitter on duty, in a transaction of its own."""

    def join() -> Participant | None:
        with transaction.atomic(), recording(actor=Actor.system()):
            held = locks.thread(thread.pk)
            return participants.sitter_participant(
                held, Sitter.objects.get(pk=business.sitter.pk), timezone.now()
            )

    return join


@pytest.mark.parametrize(("pool", "lines"), [(60, 50), (20, 21)], ids=["enough", "too few"])
def test_fifty_lines_at_once_never_share_a_number(pool: int, lines: int) -> None:
    """With enough numbers everybody gets one; with too few all are used (the sitter's own beside the pool), and the rest get none."""
    business = open_business()
    for _ in range(pool - 1):
        business.add_number("pool")
    made = [business.text("Hi", sender=another_client(business)[1]).thread for _ in range(THREADS)]
    for thread in made:
        business.window(thread)
    found = [one for one in at_once(*(joins(business, thread) for thread in made)) if one is not None]
    assert len(found) == lines
    rows = Participant.objects.filter(sitter=business.sitter, role="sitter", left_at__isnull=True)
    assert rows.count() == lines
    assert len(set(rows.values_list("number_id", flat=True))) == lines
    assert len(set(rows.values_list("thread_id", flat=True))) == lines
    assert ("pool.exhausted" in business.alerts()) is (lines < THREADS)
