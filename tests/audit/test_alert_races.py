"""Many transactions raise the same alerts at once, with real commits."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import connection, transaction

from audit.alerts import Notice
from audit.models import Alert, Severity
from audit.occurrences import Occurring
from audit.record import recording
from tests.audit.places import organization

WRITERS, ROUNDS, SUBJECTS = 6, 15, 12


@pytest.mark.django_db(transaction=True)
def test_concurrent_upserts_neither_deadlock_nor_lose_a_count() -> None:
    business = organization()
    failures: list[Exception] = []
    start = threading.Barrier(WRITERS)

    def write(seed: int) -> None:
        dice = random.Random(seed)
        start.wait()
        try:
            for number in range(ROUNDS):
                subjects = list(range(SUBJECTS))
                dice.shuffle(subjects)
                with transaction.atomic(), recording() as trail:
                    for subject in subjects:
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
                        trail.occur(Occurring(business.pk, "policy.held", f"{number}:{subject}"))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert list(Alert.objects.values_list("count", "severity")) == [(WRITERS * ROUNDS, "critical")] * SUBJECTS
