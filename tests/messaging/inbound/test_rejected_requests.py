"""Blocked webhook calls are kept for diagnosis, and nobody can fill the database with them."""

from __future__ import annotations

import threading
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEvent
from messaging.inbound import rejected
from messaging.inbound.verify import NotGenuine
from messaging.models import RejectedRequest
from tests.business import INBOUND, Business, open_business


def refuse(business: Business, body: bytes = b"x") -> None:
    rejected.store(NotGenuine("signature", business.account, body), INBOUND)


def age(**by: float) -> None:
    for row in RejectedRequest.objects.all():
        RejectedRequest.objects.filter(pk=row.pk).update(at=row.at - timedelta(**by))


@pytest.fixture
def _slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured in a second takes longer on a busy machine."""
    monkeypatch.setattr(rejected, "ONE_WRITE_A", timedelta(minutes=1))


@pytest.mark.usefixtures("_slow_machine")
def test_one_row_a_second_and_the_rest_is_counted(business: Business) -> None:
    for _ in range(5):
        refuse(business)
    row = RejectedRequest.objects.get()
    assert row.more == 4


def test_a_second_later_there_is_another_row(business: Business) -> None:
    refuse(business)
    age(seconds=1.1)
    refuse(business)
    assert RejectedRequest.objects.count() == 2


def test_another_account_has_a_ring_of_its_own(business: Business) -> None:
    refuse(business)
    refuse(open_business("Paws"))
    assert list(RejectedRequest.objects.values_list("more", flat=True)) == [0, 0]


def test_eight_kib_of_a_body_are_kept(business: Business) -> None:
    refuse(business, b"y" * 20_000)
    assert len(bytes(RejectedRequest.objects.get().body)) == 8 * 1024


def test_the_newest_two_hundred_are_kept(business: Business) -> None:
    old = timezone.now() - timedelta(days=1)
    RejectedRequest.objects.bulk_create(
        RejectedRequest(
            account=business.account,
            organization=business.organization,
            reason="old",
            path="",
            body=b"",
            at=old,
        )
        for _ in range(rejected.KEPT_PER_ACCOUNT + 5)
    )
    refuse(business)
    kept = RejectedRequest.objects.filter(account=business.account)
    assert kept.count() == rejected.KEPT_PER_ACCOUNT
    assert kept.latest("pk").reason == "signature"


def test_one_event_and_one_alert_an_hour(business: Business) -> None:
    refuse(business)
    for _ in range(3):
        age(minutes=10)
        refuse(business)
    assert business.verbs().count("webhook.signature_rejected") == 1
    age(minutes=61)
    refuse(business)
    assert business.verbs().count("webhook.signature_rejected") == 2
    assert business.alerts() == ["webhook.signature_rejected"]


def test_what_names_no_account_is_recorded_without_a_business(db: None) -> None:
    rejected.store(NotGenuine("undecodable", None, b"\xff"), INBOUND)
    event = AuditEvent.objects.get(verb="webhook.signature_rejected")
    assert (event.organization_id, event.data["reason"]) == (None, "undecodable")


def test_only_the_beginning_of_a_status_path_is_kept(business: Business) -> None:
    rejected.store(NotGenuine("signature", business.account, b""), "/webhooks/twilio/status/" + "t" * 60)
    assert "t" * 40 not in RejectedRequest.objects.get().path


def test_get_is_not_allowed(business: Business) -> None:
    assert business.browser.get(INBOUND).status_code == 405
    assert business.browser.get("/webhooks/twilio/status/x").status_code == 405


@pytest.mark.parametrize("size", [64 * 1024 + 1, 100_000])
def test_over_64_kib_is_refused_unread(business: Business, size: int) -> None:
    answer = business.browser.post(INBOUND, b"B" * size, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert not RejectedRequest.objects.exists()


def test_a_signed_text_of_nearly_64_kib_is_taken_in(business: Business) -> None:
    params = business.inbound_params("")
    params["Body"] = "x" * (64 * 1024 - len(urlencode(params)))
    assert len(urlencode(params)) == 64 * 1024
    assert business.post(params).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_slow_machine")
def test_many_at_once_write_one_row() -> None:
    business = open_business()

    def one() -> None:
        try:
            refuse(business)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = RejectedRequest.objects.get()
    assert row.more == 7
    assert business.verbs().count("webhook.signature_rejected") == 1
