"""A worker is killed at the two moments that matter: nothing is lost, nothing goes out twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from messaging.models import Delivery
from messaging.outbound.recovery import reconcile
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.chaos.conftest import Nursery, wait_until
from tests.messaging.outbound.steps import fresh, owner_says, send, travel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

LEASE = timedelta(seconds=91)


def _arrived(simulator: SimulatorClient, business: Business) -> list[str]:
    return [t.body for t in simulator.phone_texts(business.client_phone) if t.direction != "inbound"]


def test_killed_between_claim_and_call_it_is_sent_once(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery]
) -> None:
    delivery = owner_says(business, "Once")
    workers = nursery(read_timeout=5)
    pid = workers.spawn("claimed")
    wait_until(lambda: fresh(delivery).state == "sending")
    workers.kill(pid)
    travel(delivery, timedelta(seconds=60))
    assert fresh(delivery).state == "sending"
    travel(delivery, LEASE)
    assert fresh(delivery).state == "queued"
    assert send(delivery).state == "sent"
    wait_until(lambda: _arrived(simulator, business) == ["Once"])
    assert [a.state for a in delivery.attempts.order_by("number")] == ["abandoned", "accepted"]


def test_killed_during_the_call_it_is_looked_up_and_never_sent_again(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery]
) -> None:
    delivery = owner_says(business, "Once")
    simulator.set_faults(hang_after={"count": 1, "seconds": 60}, callback_lost=1.0)
    workers = nursery(read_timeout=30)
    pid = workers.spawn()
    wait_until(lambda: _arrived(simulator, business) == ["Once"])
    assert fresh(delivery).state == "sending"
    workers.kill(pid)
    travel(delivery, LEASE)
    assert fresh(delivery).state == "unknown"
    assert send(delivery).state == "unknown"
    travel(delivery, timedelta(seconds=11))
    reconcile.reconcile()
    assert Delivery.objects.get(pk=delivery.pk).state == "sent"
    assert send(delivery).state == "sent"
    assert _arrived(simulator, business) == ["Once"]
    assert delivery.attempts.count() == 1
