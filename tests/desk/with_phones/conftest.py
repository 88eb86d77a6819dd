"""A business at a live server, and everybody's phones at the simulated provider, whose webhooks come in over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from messaging.models import Message, Participant, SendingLine, Thread
from messaging.outbound.queue import claims, sending
from snoutos.devtools.twilio_sim.testing import PhoneText, SimulatorClient, running_simulator
from tests.business import INBOUND, Business, open_business


@pytest.fixture
def business(live_server: Any, settings: Any) -> Business:
    settings.PUBLIC_BASE_URL = live_server.url
    return open_business()


@pytest.fixture
def phones(business: Business, live_server: Any, settings: Any) -> Iterator[SimulatorClient]:
    """The provider with everybody's phones; its webhooks come in over the real server."""
    with running_simulator(webhook_url=f"{live_server.url}{INBOUND}", seed=1) as provider:
        settings.TWILIO_API_BASE_URL = provider.base_url
        numbers = [business.front_desk.e164, business.sitter_number.e164, business.pool.e164]
        provider.add_account(sid=business.account.sid, token=business.account.auth_token, numbers=numbers)
        yield provider


@pytest.fixture
def thread(business: Business, phones: SimulatorClient) -> Thread:
    """Dana texts the front desk, and Ana looks after the conversation from now on."""
    say(phones, business.client_phone, business.front_desk.e164, "How is Biscuit?")
    thread = Thread.objects.get(client=business.client)
    business.window(thread)
    return thread


def say(phones: SimulatorClient, sender: str, to: str, body: str) -> None:
    answer = phones.send_text(sender=sender, recipient=to, body=body)
    assert (answer.delivered, answer.status_code) == (True, 200), answer


def sitter_says(phones: SimulatorClient, business: Business, thread: Thread, body: str) -> Message:
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    say(phones, business.sitter.phone, line.number.e164, body)
    said: Message = Message.objects.filter(thread=thread, author_kind="sitter").latest("position")
    return said


def let_leave(phones: SimulatorClient) -> None:
    """What the workers do, twice: what left must not leave again."""
    for _ in range(2):
        for line in SendingLine.objects.all():
            claims.wake(line.pk)
        sending.dispatch()
        assert phones.wait_idle()


def on(phones: SimulatorClient, phone: str) -> list[PhoneText]:
    """The texts that arrived on a phone."""
    return [text for text in phones.phone_texts(phone) if text.arrived]
