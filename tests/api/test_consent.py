"""Consent by API: recorded with its proof, listed with what has ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.models import Consent
from tests.api.factories import client_of
from tests.business import Business, stranger

pytestmark = pytest.mark.django_db


def record(business: Business, **changed: Any) -> Any:
    body = {
        "phone": business.client_phone,
        "purpose": "promotional",
        "channel": "web_form",
        "given_at": "2026-01-05T09:30:00-08:00",
        "wording": "I agree to offers by text.",
        "evidence": "https://happytails.example/signup/77",
        **changed,
    }
    where = f"/api/v1/clients/{business.client.public_id}/consents/"
    return client_of(business.owner, "windows").post(where, body, format="json")


def test_what_they_agreed_to_is_recorded_and_listed(business: Business) -> None:
    business.client.phones.update(automations_off_at=timezone.now())
    answer = record(business)
    assert answer.status_code == 201, answer.content
    where = f"/api/v1/clients/{business.client.public_id}/consents/"
    (listed,) = client_of(business.owner, "read").get(where).json()
    assert listed == answer.json()
    assert (listed["phone"], listed["purpose"], listed["channel"]) == (
        business.client_phone,
        "promotional",
        "web_form",
    )
    assert (listed["wording"], listed["given_at"]) == ("I agree to offers by text.", "2026-01-05T17:30:00Z")
    assert (listed["evidence"], listed["ended_at"]) == ("https://happytails.example/signup/77", None)
    assert business.client.phones.get().automations_off_at is None, "automatic texts are on again"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", stranger()),
        ("purpose", "fun"),
        ("channel", "telepathy"),
        ("given_at", "2026-01-05T09:30:00"),
        ("wording", ""),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(business: Business, field: str, value: str) -> None:
    answer = record(business, **{field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Consent.objects.exists()


def test_a_time_ahead_and_a_phone_that_said_stop_are_refused(business: Business) -> None:
    ahead = record(business, given_at="2099-01-05T09:30:00Z")
    assert (ahead.status_code, ahead.json()["code"]) == (400, "consent_in_the_future")
    business.text("STOP")
    assert record(business).json()["code"] == "opted_out"
    business.text("START")
    assert record(business).json()["code"] == "consent_withdrawn"
