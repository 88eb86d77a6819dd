"""Several matchers and runners at once, killed at random in the middle: one execution for each occurrence, each step once."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent, Occurrence
from automations.models import AutomationVersion, Execution, Step
from messaging.models import Message
from tests.automations.rules import active
from tests.business import Business
from tests.chaos.conftest import Nursery, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

OCCURRENCES = int(os.environ.get("SNOUTOS_TEST_OCCURRENCES", "60"))


def test_each_occurrence_is_reacted_to_once_whoever_dies(
    business: Business, nursery: Callable[..., Nursery]
) -> None:
    note = {"kind": "add_note", "body": "{{ client.first_name }} wrote"}
    active(business, note, {"kind": "tag_thread", "tag": "seen"}, note)
    AutomationVersion.objects.update(activated_at=timezone.now() - timedelta(minutes=5))
    message = business.text("Hello")
    Occurrence.objects.all().delete()
    Occurrence.objects.bulk_create(
        Occurrence(
            organization=business.organization,
            kind="message.received",
            key=f"message:{message.pk}:received:{n}",
            payload={"message_id": message.pk, "author_kind": "client"},
            thread_id=message.thread_id,
        )
        for n in range(OCCURRENCES)
    )
    workers = nursery(read_timeout=1)
    for _ in range(3):
        workers.spawn("automations")
    chance, kills = random.Random(3), 0

    def is_over() -> bool:
        unfinished = Execution.objects.exclude(state="done").exists()
        return Execution.objects.count() == OCCURRENCES and not unfinished

    while not is_over() and kills < 12:
        time.sleep(chance.uniform(0.1, 0.5))
        workers.kill(chance.choice(workers.workers))
        workers.spawn("automations")
        kills += 1
    wait_until(is_over, within=60 + OCCURRENCES / 2)
    assert kills >= 3
    assert Counter(Execution.objects.values_list("state", flat=True)) == {"done": OCCURRENCES}
    assert Counter(Step.objects.values_list("state", flat=True)) == {"done": 3 * OCCURRENCES}
    # Each note of each execution was written once, and so was the event of its end.
    assert Message.objects.filter(is_note=True).count() == 2 * OCCURRENCES
    assert AuditEvent.objects.filter(verb="automation.ran").count() == OCCURRENCES
    assert not Occurrence.objects.filter(done_at__isnull=True).exists()
