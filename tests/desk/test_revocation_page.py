"""Texts that may ask for no more texts on the desk: in Review, in the inbox and conversation, and one decision each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import escape

from audit.models import Alert
from messaging.models import Delivery, OptOut, Revocation
from snoutos.accounts.roles import Role
from tests.desk.business import Business
from tests.worlds import world

pytestmark = pytest.mark.django_db

SAID = "please stop texting me <script>alert(1)</script>"

business = world(Business)


@pytest.fixture
def asked(business: Business) -> Revocation:
    business.text(business.client("Cleo Client"), SAID)
    found: Revocation = Revocation.objects.of(business.organization).get()
    return found


def page(business: Business, path: str, role: Role = Role.OWNER) -> str:
    browser = business.browser(None if role == Role.OWNER else business.user(role))
    answer = browser.get(f"/admin/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def at(row: Revocation) -> str:
    return f"review/no-more-texts/{row.public_id}/"


def decide(business: Business, row: Revocation, decision: str) -> Any:
    return business.browser().post(f"/admin/{at(row)}decide/", {"decision": decision})


def test_the_queue_and_the_menu_show_it_with_its_deadline(business: Business, asked: Revocation) -> None:
    shown = page(business, "review/")
    for words in ("May want no more texts", "Cleo Client", escape(SAID), "Decide by", at(asked)):
        assert words in shown
    assert "<script>alert" not in shown
    assert "all caught up" not in shown
    assert "1</strong> person may want no more texts" in page(business, "inbox/")
    Revocation.objects.update(
        opened_at=timezone.now() - timedelta(days=20), due_at=timezone.now() - timedelta(days=1)
    )
    assert "Overdue since" in page(business, "review/")


def test_the_conversation_and_its_row_say_it_and_lead_there(business: Business, asked: Revocation) -> None:
    talk = page(business, f"conversations/{asked.message.thread.public_id}/")
    assert "They may want no more texts" in talk
    assert at(asked) in talk
    assert "May want no more texts" in page(business, "inbox/?show=waiting")


def test_the_alert_leads_to_it(business: Business, asked: Revocation) -> None:
    alert = Alert.objects.get(kind="consent.revocation")
    assert at(asked) in page(business, f"audit/alert/{alert.public_id}/change/")


def test_the_page_has_what_the_decision_needs(business: Business, asked: Revocation) -> None:
    shown = page(business, at(asked), Role.STAFF)
    for words in (escape(SAID), "10 business days", 'data-key="o"', 'data-key="n"', "Open conversation"):
        assert words in shown
    assert "<script>alert" not in shown
    assert "They work with you" not in shown


def test_a_sitters_says_what_it_means_for_clients_texts(business: Business) -> None:
    phone = business.phone()
    business.add_sitter("Ana Sitter", phone=phone)
    business.text(phone, "please stop texting me")
    shown = page(business, at(Revocation.objects.get()))
    assert "They work with you" in shown
    assert "Ana Sitter" in shown


def test_one_button_opts_out_and_the_next_one_opens(business: Business, asked: Revocation) -> None:
    business.text(business.client("Carl Client"), "take me off your list")
    second = Revocation.objects.latest("pk")
    assert decide(business, asked, "opt_out")["Location"] == f"/admin/{at(second)}"
    assert OptOut.objects.get().is_in_force
    assert Delivery.objects.filter(authority="confirmation").count() == 1
    assert decide(business, second, "not_meant")["Location"] == "/admin/review/"
    shown = page(business, at(second))
    assert "Not meant by Olivia Owner" in shown
    assert 'data-key="o"' not in shown
    story = page(business, f"messaging/optout/{OptOut.objects.get().pk}/change/")
    assert escape(f"They wrote “{SAID}”.") in story
    assert "By Olivia Owner." in story


def test_who_comes_second_is_told(business: Business, asked: Revocation) -> None:
    decide(business, asked, "not_meant")
    again = decide(business, asked, "opt_out")
    assert again.status_code == 409
    assert "Someone already decided about this text" in again.content.decode()
    assert not OptOut.objects.exists()


@pytest.mark.parametrize(("word", "said"), [("STOP", "they texted STOP"), ("START", "they texted START")])
def test_their_own_word_is_named(business: Business, asked: Revocation, word: str, said: str) -> None:
    business.text(asked.e164, word)
    assert said in page(business, at(asked))


def test_no_decision_is_refused_in_place(business: Business, asked: Revocation) -> None:
    answer = decide(business, asked, "")
    assert answer.status_code == 422
    assert "opt them out, or say it wasn" in answer.content.decode()


def test_anothers_is_not_there(business: Business, asked: Revocation) -> None:
    other = Business("Other").browser()
    assert other.get(f"/admin/{at(asked)}").status_code == 404
    assert other.post(f"/admin/{at(asked)}decide/", {"decision": "opt_out"}).status_code == 404
