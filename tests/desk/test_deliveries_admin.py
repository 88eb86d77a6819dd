"""A delivery as the owner sees it: by state, its story, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from messaging.admin.story import steps
from messaging.consent import changes as consent
from messaging.models import Delivery, SendAttempt
from messaging.outbound.outcome.record_outcome import record
from messaging.providers.base import Accepted, Refused, Rejected, RejectionKind, Unknown
from snoutos.core import timefmt
from tests.business import Business, new_sid, open_business
from tests.desk.test_admin_forms import page, press
from tests.desk.test_model_pages import browser
from tests.messaging.outbound.steps import owner_says
from tests.snoutos.doctor.planting import claimed
from tests.worlds import world

pytestmark = pytest.mark.django_db

LABEL = "messaging.delivery"
LIST = "admin:messaging_delivery_changelist"


def _ready() -> Business:
    made = open_business()
    made.thread()
    return made


business = world(_ready)


def called(business: Business, outcome: Any, body: str = "See you") -> Delivery:
    """A text that was handed to the provider, and what came of it."""
    delivery, attempt = claimed(business, body)
    attempt.state, attempt.called_at = "calling", timezone.now()
    attempt.save(update_fields=["state", "called_at"])
    record(attempt, outcome)
    return Delivery.objects.get(pk=delivery.pk)


def parked(business: Business, *, minutes_ago: float = 30, body: str = "See you") -> Delivery:
    """A text whose fate nobody could find out, called that long ago."""
    delivery = called(business, Unknown("read_timeout"), body)
    called_at = timezone.now() - timedelta(minutes=minutes_ago)
    SendAttempt.objects.filter(delivery=delivery).update(
        state="absent",
        called_at=called_at,
        settled_at=timezone.now(),
        looked_up=4,
        next_look_up_at=None,
        lane_yielded=True,
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state="parked", reason="not_found", finished_at=timezone.now()
    )
    return Delivery.objects.get(pk=delivery.pk)


def opted_out(business: Business) -> Delivery:
    """A text that was canceled because its recipient said STOP."""
    waiting = owner_says(business, "Canceled one")
    consent.opt_out(business.organization, waiting.recipient, by=business.owner, at=timezone.now())
    return Delivery.objects.get(pk=waiting.pk)


def shown(business: Business, delivery: Delivery) -> str:
    text: str = browser(business.owner).get(page(LABEL, "change", delivery)).content.decode()
    return text


def story(delivery: Delivery) -> list[tuple[str, str]]:
    return [(step.title, step.detail) for step in steps(Delivery.objects.get(pk=delivery.pk))]


class TestList:
    def test_each_tab_shows_its_states(self, business: Business) -> None:
        rejected = called(business, Rejected(30007, RejectionKind.FILTERED, "no"), "Rejected one")
        dead = called(business, Refused(20429, "retry_later"), "Dead one")
        Delivery.objects.filter(pk=dead.pk).update(state="sending")
        Delivery.objects.filter(pk=dead.pk).update(state="failed", reason="retries_exhausted")
        left = parked(business, body="Parked one")
        sent = called(business, Accepted(new_sid(), "queued"), "Sent one")
        checked = called(business, Unknown("read_timeout"), "Checked one")
        waiting = owner_says(business, "Queued one")
        expected = {
            "": {rejected, dead, left, checked},
            "?show=parked": {left},
            "?show=unknown": {checked},
            "?show=failed": {rejected},
            "?show=dead": {dead},
            "?show=queued": {waiting},
            "?show=sent": {sent},
            "?show=canceled": set(),
            "?show=all": {rejected, dead, left, sent, checked, waiting},
        }
        owner = browser(business.owner)
        for tab, rows in expected.items():
            answer = owner.get(f"{reverse(LIST)}{tab}")
            assert set(answer.context["cl"].queryset) == rows, tab
            (open_tab,) = [one for one in answer.context["tabs"] if one["selected"]]
            assert f'href="{open_tab["query_string"]}" aria-current="page"' in answer.content.decode()

    @pytest.mark.parametrize("words", ["(619) {0}-{1}", "619{0}{1}", "+1 619 {0} {1}", "Dana", "see YOU"])
    def test_it_is_found_by_phone_name_or_words(self, words: str, business: Business) -> None:
        delivery = called(business, Accepted(new_sid(), "queued"))
        other = open_business("Paws")
        other.thread()
        called(other, Accepted(new_sid(), "queued"))
        search = words.format(business.client_phone[5:8], business.client_phone[8:])
        answer = browser(business.owner).get(reverse(LIST), {"show": "all", "q": search})
        assert list(answer.context["cl"].queryset) == [delivery]


class TestStory:
    def test_every_try_its_answer_and_the_provider_s_reports(self, business: Business) -> None:
        delivery = called(business, Accepted(new_sid(), "queued"))
        business.report(delivery, "sent")
        business.report(delivery, "undelivered", error="30003")
        assert story(delivery) == [
            ("Ready to send", "Sent by: the owner. 1 text."),
            ("Try 1: started", ""),
            ("Try 1: handed to the provider", ""),
            ("Try 1: the provider accepted it", "It's on the way to the phone."),
            ("Handed to the phone company", ""),
            ("Not delivered to the phone", "The phone couldn't be reached (error 30003)."),
        ]

    def test_what_is_looked_up_says_how_often_and_when_next(self, business: Business) -> None:
        delivery = called(business, Unknown("read_timeout"))
        SendAttempt.objects.filter(delivery=delivery).update(looked_up=2)
        assert story(delivery)[-2:] == [
            (
                "Try 1: no clear answer",
                "The provider didn't answer in time. We don't know if it was sent, so SnoutOS is checking.",
            ),
            ("Next check with the provider", "Checked 2 times so far."),
        ]

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            (Refused(20429, "retry_later"), "Too many texts at the same time (error 20429)."),
            (
                Refused(None, "connect_timeout"),
                "The provider couldn't be reached. That's certain, so it's safe to try again.",
            ),
            (Rejected(21614, RejectionKind.UNTEXTABLE, "x"), "This isn't a mobile number (error 21614)."),
        ],
    )
    def test_an_answer_is_told_in_words(self, outcome: Any, said: str, business: Business) -> None:
        assert said in [detail for _, detail in story(called(business, outcome))]

    def test_the_decision_and_who_made_it(self, business: Business) -> None:
        business.owner.name = "Robin"
        business.owner.save(update_fields=["name"])
        again, left = parked(business), parked(business, body="Never mind")
        press(browser(business.owner), LABEL, "send_again", again)
        press(browser(business.owner), LABEL, "leave", left)
        assert ("Robin chose to send it again", "") in story(again)
        assert story(left)[-1] == ("Robin chose not to send it", "")
        assert (
            "Try 1: the provider doesn't know it",
            "It very likely wasn't sent. SnoutOS checked 5 times.",
        ) in story(left)

    def test_the_page_leads_to_conversation_message_and_what_it_was_sent_again_as(
        self, business: Business
    ) -> None:
        old = called(business, Rejected(30007, RejectionKind.FILTERED, "no"))
        press(browser(business.owner), LABEL, "retry", old)
        new = Delivery.objects.get(retry_of=old)
        text = shown(business, old)
        assert reverse("admin:conversation", args=[old.thread.public_id]) in text
        assert page("messaging.message", "change", old.message) in text
        assert page(LABEL, "change", new) in text
        assert page(LABEL, "change", old) in shown(business, new)


class TestVerbs:
    def test_too_early_says_from_when_on(self, business: Business) -> None:
        delivery = parked(business, minutes_ago=4)
        (attempt,) = delivery.attempts.all()
        zone = business.organization.zone
        since = attempt.called_at + timedelta(minutes=10)
        clock = timefmt.on(since, zone, since)
        assert f"You can send it again from {clock}" in shown(business, delivery)
        refused = press(browser(business.owner), LABEL, "send_again", delivery)
        assert "HX-Redirect" not in refused
        said = refused.content.decode()
        assert f"You can send it again from {clock}.</p>" in said
        assert '<p role="alert"' in said
        assert Delivery.objects.get(pk=delivery.pk).state == "parked"
        SendAttempt.objects.update(called_at=F("called_at") - timedelta(minutes=6))
        assert "You can send it again from" not in shown(business, delivery)
        assert "HX-Redirect" in press(browser(business.owner), LABEL, "send_again", delivery)

    @pytest.mark.parametrize("state", ["failed", "undelivered", "canceled"])
    def test_what_ended_badly_is_sent_once_more(self, state: str, business: Business) -> None:
        if state == "failed":
            delivery = called(business, Rejected(30007, RejectionKind.FILTERED, "no"))
        elif state == "undelivered":
            delivery = called(business, Accepted(new_sid(), "queued"))
            business.report(delivery, "undelivered", error="30003")
        else:
            delivery = parked(business)
            press(browser(business.owner), LABEL, "leave", delivery)
        assert Delivery.objects.get(pk=delivery.pk).state == state
        assert "/retry/" in shown(business, delivery)
        assert "HX-Redirect" in press(browser(business.owner), LABEL, "retry", delivery)
        assert Delivery.objects.filter(retry_of=delivery).count() == 1
        assert "/retry/" not in shown(business, delivery)

    def test_what_forbids_it_is_said_in_place(self, business: Business) -> None:
        refused = press(browser(business.owner), LABEL, "retry", opted_out(business))
        assert "They texted STOP" in refused.content.decode()
        assert not Delivery.objects.exclude(retry_of=None).exists()

    def test_nothing_is_offered_for_what_goes_its_way(self, business: Business) -> None:
        text = shown(business, called(business, Accepted(new_sid(), "queued")))
        for verb in ("retry", "send_again", "leave"):
            assert f"/{verb}/" not in text

    @pytest.mark.parametrize(
        ("action", "said", "state"),
        [
            ("send_again_all", "Sending again: 1.", "queued"),
            ("leave_all", "Not sent: 2.", "canceled"),
        ],
    )
    def test_ticked_ones_are_done_each_on_its_own(
        self, action: str, said: str, state: str, business: Business
    ) -> None:
        old, young = parked(business), parked(business, minutes_ago=4, body="Young")
        ticked = {"action": action, "_selected_action": [str(old.pk), str(young.pk)], "index": "0"}
        answer = browser(business.owner).post(reverse(LIST), ticked, follow=True).content.decode()
        assert said in answer
        assert Delivery.objects.get(pk=old.pk).state == state
        assert ("You can send it again from" in answer) == (action == "send_again_all")
