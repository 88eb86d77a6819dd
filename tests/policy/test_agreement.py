"""How screening did: by kind, and how often people agreed."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from messaging.review import decisions
from policy.agreement import by_kind
from policy.models import Violation
from tests.business import Business, open_business
from tests.messaging.review.held import LEAK, hold

pytestmark = pytest.mark.django_db


def test_each_kind_counts_a_text_once_and_says_what_people_did(business: Business) -> None:
    at = timezone.now()
    decisions.reject(
        hold(business, f"{LEAK} or mail ana.pets@gmail.com"), by=business.owner, note="No", at=at
    )
    decisions.dismiss(hold(business, "call 619 701 0558 and 619 701 0559"), by=business.owner, at=at)
    hold(business, "call 619 701 0558")
    phone, email = by_kind(Violation.objects.of(business.organization))
    assert (phone.kind, phone.found, phone.held) == ("phone", 3, 3)
    assert (phone.agreed, phone.false_alarms, phone.waiting, phone.right) == (1, 1, 1, "50 %")
    assert (email.label, email.found, email.right) == ("E-mail address", 1, "100 %")


def test_before_anybody_decided_nothing_is_said_to_be_right(business: Business) -> None:
    hold(business, "call 619 701 0558")
    (row,) = by_kind(Violation.objects.of(business.organization))
    assert (row.waiting, row.right) == (1, "–")


def test_the_owner_reads_it_on_the_desk_and_nobody_elses(business: Business) -> None:
    hold(business, "call 619 701 0558")
    other = open_business("Paws")
    hold(other, "mail ana.pets@gmail.com")
    page = reverse("admin:policy_violation_agreement")
    browser = Browser()
    browser.force_login(business.owner)
    answer = browser.get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Phone number" in text
    assert "E-mail address" not in text
    assert "619" not in text
