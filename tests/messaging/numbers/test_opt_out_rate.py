"""Over 2 in 100 of a day's texts answered by an opt-out, from 100 on, are told to the owner."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Alert
from messaging.models import ConsentChange, Delivery
from messaging.numbers import opt_out_rate
from tests.business import Business

pytestmark = pytest.mark.django_db


def sent(business: Business, texts: int, *, stopped: int, hours_ago: float = 1) -> None:
    """So many texts of the owner left over the front desk, the first of them to phones that opted out since."""
    at = timezone.now() - timedelta(hours=hours_ago)
    said = business.says(business.thread(), "Hello").deliveries.get()
    copies = []
    for n in range(texts):
        copy = Delivery.objects.get(pk=said.pk)
        copy.pk, copy.public_id, copy.created_at, copy.sent_at = None, uuid.uuid4(), at, at
        copy.recipient = f"+1917555{n:04d}"
        copies.append(copy)
    Delivery.objects.bulk_create(copies)
    for copy in copies[:stopped]:
        ConsentChange.objects.create(
            organization=business.organization, e164=copy.recipient, kind="opted_out", source="text"
        )


@pytest.mark.parametrize(
    ("texts", "phones", "told"), [(100, 3, True), (100, 2, False), (99, 3, False), (150, 3, False)]
)
def test_over_two_in_a_hundred(business: Business, texts: int, phones: int, told: bool) -> None:
    sent(business, texts, stopped=phones)
    opt_out_rate.watch(timezone.now())
    assert ("number.opt_outs" in business.alerts()) is told


def test_it_says_how_many_and_repeats_as_one_alert(business: Business) -> None:
    sent(business, 100, stopped=4)
    for _ in range(2):
        opt_out_rate.watch(timezone.now())
    alert = Alert.objects.get(kind="number.opt_outs")
    assert (alert.severity, alert.subject_id) == ("warning", business.front_desk.pk)
    assert "Opt-outs in a day: 4; texts to clients: 100." in alert.detail


def test_what_is_older_than_a_day_does_not_count(business: Business) -> None:
    sent(business, 100, stopped=5, hours_ago=25)
    opt_out_rate.watch(timezone.now())
    assert business.alerts() == []
