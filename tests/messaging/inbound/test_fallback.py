"""The second address: the provider comes there once when it could not hand a text over at the first."""

from __future__ import annotations

import pytest

from audit.models import Alert, AuditEvent
from messaging.inbound import verify
from messaging.models import Message
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db

FALLBACK = "/webhooks/twilio/inbound/fallback"


def _params(business: Business, **more: str) -> dict[str, str]:
    first = {"ErrorCode": "11200", "ErrorUrl": "http://testserver/webhooks/twilio/inbound"}
    return business.inbound_params("Hello", **{**first, **more})


def test_its_text_is_taken_in_like_any_other_and_somebody_is_told(business: Business) -> None:
    answer = business.post(_params(business), path=FALLBACK)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert Message.objects.get().body == "Hello"
    assert AuditEvent.objects.get(verb="webhook.inbound.fallback_used").data == {"code": 11200}
    assert "webhook.fallback_used" in business.alerts()


def test_a_text_that_came_by_the_first_address_after_all_is_not_taken_in_twice(business: Business) -> None:
    params = _params(business)
    business.post({k: v for k, v in params.items() if not k.startswith("Error")})
    business.post(params, path=FALLBACK)
    business.post(params, path=FALLBACK)
    assert Message.objects.count() == 1
    assert business.verbs().count("webhook.inbound.duplicate_rejected") == 2


def test_every_use_is_counted_on_one_alert(business: Business) -> None:
    for _ in range(3):
        business.post(_params(business), path=FALLBACK)
    alert = Alert.objects.get(kind="webhook.fallback_used")
    assert (alert.count, alert.severity) == (3, "warning")


def test_the_signature_rules_are_the_same(business: Business) -> None:
    assert business.post(_params(business), path=FALLBACK, token="wrong").status_code == 403
    other = open_business("Other")
    assert other.post(_params(business), path=FALLBACK).status_code == 403
    assert not Message.objects.exists()
    assert not AuditEvent.objects.filter(verb="webhook.inbound.fallback_used").exists()


@pytest.mark.parametrize("code", ["", "eleven", "1" * 30, "١١"])
def test_a_code_that_is_none_is_left_out(business: Business, code: str) -> None:
    assert business.post(_params(business, ErrorCode=code), path=FALLBACK).status_code == 200
    assert AuditEvent.objects.get(verb="webhook.inbound.fallback_used").data == {"code": None}


def test_with_the_database_down_it_is_told_to_try_again(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def down(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(verify, "_account", down)
    assert business.post(_params(business), path=FALLBACK).status_code == 503
