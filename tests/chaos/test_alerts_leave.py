"""Alerts leave once, however many processes are at it and wherever one of them is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from messaging.alerting import letters
from messaging.models import Notification
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, open_business
from tests.chaos.conftest import Nursery, wait_until
from tests.mailserver import MailServer, mail_server
from tests.messaging.alerting.steps import hurry, locked, states, texts_to, tick, use_phone
from tests.messaging.outbound.steps import fresh, travel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def test_many_processes_send_each_alert_once_to_each_business(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery], server: MailServer
) -> None:
    everybody = [business, *(open_business(f"Business {n}") for n in range(4))]
    phones = [use_phone(one) for one in everybody]
    for one in everybody:
        for sitter_id in range(3):
            locked(one, sitter_id)
    workers = nursery(read_timeout=5, mail_port=server.port)
    for _ in range(4):
        workers.spawn("alerts")
    wait_until(lambda: len(server.letters) >= 5 and all(texts_to(phone) for phone in phones), within=60)
    wait_until(lambda: not Notification.objects.exclude(state="sent").exists())
    for pid in list(workers.workers):
        workers.kill(pid)
    assert sorted(to for to, _ in server.letters) == sorted(one.owner.email for one in everybody)
    assert [len(texts_to(phone)) for phone in phones] == [1] * 5
    assert Notification.objects.count() == 5 * 3 * 2


def test_killed_while_the_mail_server_has_the_letter_it_is_not_sent_again(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery], server: MailServer
) -> None:
    workers = nursery(read_timeout=5, mail_port=server.port)
    # The server has the letter and has not answered yet: the worker dies now.
    server.when_taken = lambda: os.kill(workers.workers.pop(), signal.SIGKILL)
    alert = locked(business)
    workers.spawn("alerts")
    wait_until(lambda: len(server.letters) == 1, within=30)
    assert states(alert) == [("mail", "sending")]
    server.when_taken = lambda: None
    hurry(letters.LEASE + timedelta(seconds=1))
    workers.spawn("alerts")
    wait_until(lambda: states(alert) == [("mail", "unknown")])
    tick(after=timedelta(hours=1))
    assert len(server.letters) == 1
    assert "alert.not_notified" in business.verbs()


def test_killed_while_the_provider_has_the_text_it_is_not_sent_again(
    business: Business, simulator: SimulatorClient, nursery: Callable[..., Nursery]
) -> None:
    phone = use_phone(business)
    locked(business)
    tick()
    (text,) = texts_to(phone)
    simulator.set_faults(hang_after={"count": 1, "seconds": 60}, callback_lost=1.0)
    workers = nursery(read_timeout=30)
    pid = workers.spawn()
    wait_until(lambda: len(_arrived(simulator, phone)) == 1, within=30)
    workers.kill(pid)
    travel(text, timedelta(seconds=91))
    assert fresh(text).state == "unknown"
    for _ in range(3):
        tick(after=timedelta(minutes=10))
    assert texts_to(phone) == [text]
    assert len(_arrived(simulator, phone)) == 1


def _arrived(simulator: SimulatorClient, phone: str) -> list[str]:
    return [text.body for text in simulator.phone_texts(phone) if text.direction != "inbound"]
