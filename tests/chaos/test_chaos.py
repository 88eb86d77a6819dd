"""Everything goes wrong at once: faults at the provider, callbacks lost, doubled and reordered, workers killed at random.

At the end every text arrived exactly once, or is known not to have been sent; every status is true; nothing is stuck.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import Delivery, SendAttempt
from messaging.outbound import remedies
from messaging.people import verbs as people
from snoutos.devtools.twilio_sim.testing import PhoneText, SimulatorClient
from tests.business import Business, another_client
from tests.chaos.conftest import Nursery
from tests.messaging.outbound.steps import owner_says

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

CLIENTS, TEXTS_EACH, WORKERS = 25, 10, 3
FAULTS: dict[str, object] = {
    "rate429": 0.05,
    "error": {"probability": 0.03, "code": 21211},
    "fail_before": 0.02,
    "fail_after": 0.03,
    "hang_after": {"probability": 0.05, "seconds": 1.5},
    "callback_lost": 0.1,
    "callback_doubled": 0.1,
    "callback_reordered": 0.3,
}
OPEN = ["queued", "sending", "unknown"]


@dataclass
class Findings:
    """What is wrong, by kind: each names deliveries."""

    lost: list[int] = field(default_factory=list)
    duplicate: list[int] = field(default_factory=list)
    mislinked: list[int] = field(default_factory=list)
    wrong_status: list[tuple[int, str, str]] = field(default_factory=list)
    stuck: list[tuple[int, str]] = field(default_factory=list)


def test_nothing_is_lost_doubled_mislinked_or_stuck(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery]
) -> None:
    simulator.set_faults(**FAULTS)
    workers = nursery(read_timeout=0.7, hurry=True)
    for _ in range(WORKERS):
        workers.spawn()
    kills = _submit_and_kill(business, workers)
    kills += _settle_and_kill(workers, until=time.monotonic() + 12)
    _release_what_is_parked(business, simulator)
    _wait(lambda: not Delivery.objects.filter(state__in=OPEN).exists(), within=25)
    simulator.wait_idle(10)
    assert _judge(simulator) == Findings()
    assert kills >= 5
    assert Delivery.objects.count() == CLIENTS * TEXTS_EACH
    # The faults did happen, and most texts arrived in spite of them.
    happened = Counter(SendAttempt.objects.values_list("state", flat=True))
    assert happened["refused"] + happened["rejected"] > 0
    assert SendAttempt.objects.filter(unknown_at__isnull=False).exists()
    assert Delivery.objects.filter(state="delivered").count() > CLIENTS * TEXTS_EACH / 2


def _submit_and_kill(business: Business, workers: Nursery) -> int:
    threads = []
    for n in range(CLIENTS):
        client, _ = another_client(business, f"Client {n}")
        threads.append(people.open_thread(client=client, by=business.owner, at=timezone.now()))
    kills, chance = 0, random.Random(5)
    for n in range(TEXTS_EACH):
        for thread in threads:
            owner_says(business, f"Text {n} in thread {thread.pk}", thread=thread)
        kills += _kill_one(workers, chance)
    return kills


def _settle_and_kill(workers: Nursery, *, until: float) -> int:
    """Let the workers work and kill one now and then; as long as there is work, but no longer than `until`."""
    kills, chance = 0, random.Random(6)
    while time.monotonic() < until and Delivery.objects.filter(state__in=OPEN).exists():
        time.sleep(chance.uniform(0.2, 0.8))
        kills += _kill_one(workers, chance)
    return kills


def _kill_one(workers: Nursery, chance: random.Random) -> int:
    workers.kill(chance.choice(workers.workers))
    workers.spawn()
    return 1


def _release_what_is_parked(business: Business, simulator: SimulatorClient) -> None:
    """The faults end. What was looked for in vain is sent again by the owner, who has waited for ten minutes."""
    simulator.clear_faults()
    _wait(lambda: not Delivery.objects.filter(state="unknown").exists(), within=20)
    later = timezone.now() + timedelta(minutes=11)
    for parked in Delivery.objects.filter(state="parked"):
        remedies.send_again(parked, by=business.owner, at=later)


def _wait(condition: Callable[[], bool], *, within: float) -> None:
    """Wait for `condition`, at most so long; what is left is for the judge to find."""
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)


def _judge(simulator: SimulatorClient) -> Findings:
    findings = Findings()
    for delivery in Delivery.objects.select_related("accepted_attempt").order_by("pk"):
        texts = [t for t in simulator.phone_texts(delivery.recipient) if t.body == delivery.body]
        _judge_one(delivery, texts, findings)
    return findings


def _judge_one(delivery: Delivery, texts: list[PhoneText], findings: Findings) -> None:
    if delivery.state in (*OPEN, "parked"):
        findings.stuck.append((delivery.pk, delivery.state))
    if len(texts) > 1:
        findings.duplicate.append(delivery.pk)
    if delivery.state in ("failed", "canceled"):
        if texts:
            findings.wrong_status.append((delivery.pk, delivery.state, texts[0].status))
        return
    if not texts:
        findings.lost.append(delivery.pk)
        return
    accepted = delivery.accepted_attempt
    if accepted is None or texts[0].sid != accepted.provider_sid or texts[0].sender != delivery.sender:
        findings.mislinked.append(delivery.pk)
    # Callbacks may be lost, so `sent` may lag behind; it must never claim another end.
    if delivery.state not in ("sent", texts[0].status):
        findings.wrong_status.append((delivery.pk, delivery.state, texts[0].status))
