"""What every page of the desk says while background work stands still: read from heartbeats, so that it holds with the broker stopped."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from messaging import heartbeats, publish
from messaging.heartbeats import Standing
from messaging.models import Delivery, Heartbeat
from snoutos.desk import standing
from tests.desk.business import Business
from tests.worlds import world

pytestmark = pytest.mark.django_db

EVERYBODY = (*heartbeats.QUEUES, heartbeats.BEAT, heartbeats.BROKER)


business = world(Business)


def alive(*but: str) -> None:
    """Everybody lives, except those named."""
    for name in EVERYBODY:
        heartbeats.note(name)
    Heartbeat.objects.filter(name__in=but).update(at=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize("page", ["admin:inbox", "admin:review", "admin:messaging_delivery_changelist"])
def test_nothing_is_said_while_everything_moves(page: str, business: Business) -> None:
    alive()
    assert "d-standing" not in business.browser().get(reverse(page)).content.decode()


@pytest.mark.parametrize("page", ["admin:inbox", "admin:review", "admin:messaging_delivery_changelist"])
def test_a_silent_broker_is_said_on_every_page(page: str, business: Business) -> None:
    alive("broker", "send", "tick", "default")
    shown = business.browser().get(reverse(page)).content.decode()
    assert "Texts are going out late" in shown
    assert "Texts to you still come in." in shown


def test_a_missing_sender_is_said(business: Business) -> None:
    alive("send")
    assert (
        escape("Texts aren't going out right now")
        in business.browser().get(reverse("admin:inbox")).content.decode()
    )


def test_a_missing_sweeper_is_said(business: Business) -> None:
    alive("tick")
    assert "Background work has stopped" in business.browser().get(reverse("admin:inbox")).content.decode()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Standing(), None),
        (Standing(("send",), beat_is_silent=True), standing.NOBODY_SENDS),
        (Standing(("default",)), standing.NOBODY_TIDIES),
        (Standing((), broker_is_silent=True), standing.BROKER),
        (Standing(heartbeats.QUEUES, broker_is_silent=True), standing.BROKER),
    ],
)
def test_the_gravest_is_said(found: Standing, said: Any) -> None:
    assert standing.of(found) == said


def test_the_sign_in_page_says_nothing(client: Any) -> None:
    assert "d-standing" not in client.get(reverse("admin:login")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_stopped_texts_come_in_are_answered_and_wait(
    business: Business, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real commits, so that rings reach nobody: nothing fails, and every page says so."""
    alive("broker", "send", "tick", "default")
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.PUBLISH = ""
    monkeypatch.setattr(publish, "_silent_until", 0.0)
    monkeypatch.setattr(publish, "_local", threading.local())
    said = business.text(business.client(), "Is Biscuit ok?")
    browser = business.browser()
    url = reverse("admin:conversation_reply", args=[said.thread.public_id])
    answer = browser.post(url, {"body": "She is fine", "nonce": "0b7e1c52-0000-4000-8000-000000000001"})
    assert answer.status_code == 303
    assert Delivery.objects.get().state == "queued"
    shown = browser.get(reverse("admin:conversation", args=[said.thread.public_id])).content.decode()
    assert "She is fine" in shown
    assert "Texts are going out late" in shown
    assert browser.get("/readyz").json()["missing"][0] == "broker: no answer for 15 s"
