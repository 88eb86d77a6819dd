"""The page of a client's consent: a sheet to print, and a form for what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.utils.html import escape

from messaging.models import Client, Consent
from snoutos.accounts.roles import Role
from tests.desk.business import Business
from tests.worlds import world

pytestmark = pytest.mark.django_db

business = world(Business)
WORDING = "Yes, <b>text</b> me about Biscuit"


@pytest.fixture
def cleo(business: Business) -> Client:
    return business.client("Cleo Client")


def record(business: Business, cleo: Client, **changed: str) -> Any:
    form = {
        "agreed_on": cleo.phones.get().e164,
        "purpose": "promotional",
        "channel": "paper",
        "at": "2026-03-02T09:30",
        "wording": WORDING,
        "evidence": "Contract in the folder",
        **changed,
    }
    return business.browser().post(f"/admin/clients/{cleo.public_id}/consent/", form)


def page(business: Business, cleo: Client, role: Role = Role.OWNER) -> str:
    browser = business.browser(None if role == Role.OWNER else business.user(role))
    answer = browser.get(f"/admin/clients/{cleo.public_id}/consent/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_they_agreed_to_is_recorded_and_stands_on_the_sheet(business: Business, cleo: Client) -> None:
    assert record(business, cleo).status_code == 303
    kept = Consent.objects.get()
    assert (kept.client, kept.purpose, kept.channel) == (cleo, "promotional", "paper")
    assert kept.given_at == datetime(2026, 3, 2, 9, 30, tzinfo=business.organization.zone)
    shown = page(business, cleo, Role.STAFF)
    for words in (
        "Agreed to texts: offers and news",
        escape(WORDING),
        "On paper (Contract in the folder)",
        "Olivia Owner",
        "Mon, Mar 2, 2026, 9:30 AM",
        "Happy Tails",
    ):
        assert words in shown
    assert "<b>text</b>" not in shown


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("agreed_on", "+16195550000", "Choose one of their phones."),
        ("purpose", "", "Choose to which texts."),
        ("channel", "api", "Choose how they agreed."),
        ("at", "", "Say when they agreed."),
        ("at", "2099-01-01T10:00", "That time is still ahead"),
        ("wording", "", "Say what they agreed to."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    business: Business, cleo: Client, field: str, value: str, said: str
) -> None:
    answer = record(business, cleo, **{field: value, "evidence": "kept as typed"})
    assert answer.status_code in (400, 422)
    assert said in answer.content.decode()
    assert "kept as typed" in answer.content.decode()
    assert not Consent.objects.exists()


def test_their_texts_stand_on_it_and_opening_it_is_recorded(business: Business, cleo: Client) -> None:
    business.text(cleo, "please stop texting me")
    before = business.verbs().count("access.conversation_opened")
    assert "May have asked for no more texts" in page(business, cleo)
    assert business.verbs().count("access.conversation_opened") == before + 1


def test_the_phones_page_leads_there_when_automatic_texts_are_off(business: Business, cleo: Client) -> None:
    from django.utils import timezone

    cleo.phones.update(automations_off_at=timezone.now())
    shown = business.browser().get(f"/admin/clients/{cleo.public_id}/phones/").content.decode()
    assert "record their consent" in shown
    record(business, cleo)
    assert cleo.phones.get().automations_off_at is None


def test_anothers_client_is_not_there(business: Business, cleo: Client) -> None:
    other = Business("Other").browser()
    assert other.get(f"/admin/clients/{cleo.public_id}/consent/").status_code == 404
