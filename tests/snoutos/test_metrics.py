"""What operators can watch, without anybody's texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from messaging import heartbeats
from messaging.models import Message
from tests.business import open_business

pytestmark = pytest.mark.django_db


def test_the_age_of_the_oldest_held_text_is_shown() -> None:
    business = open_business()
    thread = business.thread()
    Message.objects.create(
        organization=business.organization,
        thread=thread,
        position=99,
        author_kind="system",
        state="held",
        held_reason="finding",
        body="a secret text",
        created_at=timezone.now() - timedelta(hours=2),
    )
    answer = Client().get("/metrics").content.decode()
    age = float(answer.split("\nsnoutos_oldest_held_text_seconds ")[1].split("\n")[0])
    assert 7190 < age < 7300
    assert "a secret text" not in answer
    assert business.client_phone not in answer


def test_every_state_that_waits_has_its_figure() -> None:
    heartbeats.note("send")
    answer = Client().get("/metrics").content.decode()
    for line in (
        'snoutos_deliveries{state="queued"} 0.0',
        'snoutos_receipts{state="quarantined"} 0.0',
        'snoutos_heartbeat_age_seconds{queue="send"}',
    ):
        assert line in answer
