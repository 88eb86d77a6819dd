"""Many transactions raise the same alerts and occurrences at once, with real commits."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Alert, Severity
from audit.record import recording
from audit.types import NewOccurrence, Notice
from tests.audit.places import organization

WRITERS, ROUNDS, SUBJECTS = 6, 15, 12


def at_once(rounds: int, write: Callable[[random.Random, int], None]) -> list[Exception]:
    """Run `write` in `WRITERS` threads, all beginning each round together; what went wrong."""
    failures: list[Exception] = []
    start = threading.Barrier(WRITERS)

    def work(seed: int) -> None:
        dice = random.Random(seed)
        try:
            for number in range(rounds):
                start.wait(30)
                with transaction.atomic():
                    write(dice, number)
        except Exception as failure:
            start.abort()
            failures.append(failure)
        finally:
            connection.close()

    writers = [threading.Thread(target=work, args=(seed,)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return failures


@pytest.mark.django_db(transaction=True)
def test_concurrent_upserts_neither_deadlock_nor_lose_a_count() -> None:
    business = organization()

    def write(dice: random.Random, number: int) -> None:
        with recording() as trail:
            for subject in dice.sample(range(SUBJECTS), SUBJECTS):
                trail.alert(
                    Notice(
                        organization_id=business.pk,
                        kind="policy.held",
                        severity=dice.choice(list(Severity)),
                        subject_kind="thread",
                        subject_id=subject,
                        title="A text waits",
                    )
                )

    assert at_once(ROUNDS, write) == []
    assert list(Alert.objects.values_list("count", "severity")) == [(WRITERS * ROUNDS, "critical")] * SUBJECTS


@pytest.mark.django_db
def test_occurrences_are_inserted_in_one_order_everywhere() -> None:
    """Two transactions with the same keys in two orders would wait for each other in a ring."""
    first, second = organization(), organization()
    with CaptureQueriesContext(connection) as queries, recording() as trail:
        for key in ("b", "c", "a"):
            trail.occur(NewOccurrence(second.pk, "policy.held", f"held:2{key}"))
            trail.occur(NewOccurrence(first.pk, "policy.held", f"held:1{key}"))
    order = re.findall(r"held:(\w+)", queries[0]["sql"])
    assert order == ["1a", "1b", "1c", "2a", "2b", "2c"]
