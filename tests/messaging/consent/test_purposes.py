"""What an automatic text is for: offers need consent to offers, the others a visit or a text of theirs within 12 months."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from automations.content import parse, to_json
from automations.trial.dry_run import Scene, preview
from messaging.errors import NoConsentToOffers, NoRecentDealings
from messaging.models import AssignmentWindow, Delivery, Message, Thread
from messaging.models.consent import Purpose
from messaging.outbound.queue.submit import Author, submit
from messaging.people import starting
from messaging.phones import moving
from tests.automations.rules import active, settle, steps, wish
from tests.business import Business, another_client
from tests.messaging.consent.agreeing import agree
from tests.messaging.outbound.steps import owner_says
from tests.past import rewrite

pytestmark = pytest.mark.django_db

OFFER = {"kind": "text_client", "body": "10 % off in May!", "purpose": "promotional"}


def long_ago(business: Business) -> Thread:
    """Their last text is more than a year old."""
    thread = business.thread()
    Message.objects.filter(thread=thread).update(created_at=timezone.now() - timedelta(days=366))
    return thread


def automatic(thread: Thread, purpose: Purpose = Purpose.SERVICE) -> Delivery:
    author = Author.automation(1, purpose=purpose)
    said = submit(thread=thread, author=author, body="Hello", at=timezone.now())
    assert said.delivery is not None
    return said.delivery


class TestService:
    def test_a_text_within_a_year_is_enough(self, business: Business) -> None:
        assert automatic(business.thread()).purpose == "service"

    def test_nobody_hears_of_us_who_has_had_nothing_to_do_with_us_for_a_year(
        self, business: Business
    ) -> None:
        thread = long_ago(business)
        with pytest.raises(NoRecentDealings):
            automatic(thread)
        with pytest.raises(NoRecentDealings):
            submit(thread=thread, author=Author.system(), body="Hello", at=timezone.now())
        assert owner_says(business, "How are you?", thread=thread).state == "queued", "a person may"

    @pytest.mark.parametrize(
        ("ends", "is_enough"),
        [(timedelta(days=-364), True), (timedelta(days=-366), False), (timedelta(days=30), True)],
    )
    def test_a_visit_within_a_year_or_ahead_is_enough(
        self, business: Business, ends: timedelta, is_enough: bool
    ) -> None:
        thread = long_ago(business)
        visit = business.window(thread)
        rewrite(
            AssignmentWindow.objects.filter(pk=visit.pk),
            starts_at=timezone.now() + ends - timedelta(hours=1),
            ends_at=timezone.now() + ends,
        )
        if is_enough:
            assert automatic(thread).state == "queued"
        else:
            with pytest.raises(NoRecentDealings):
                automatic(thread)

    def test_a_canceled_visit_is_none(self, business: Business) -> None:
        thread = long_ago(business)
        visit = business.window(thread)
        rewrite(AssignmentWindow.objects.filter(pk=visit.pk), canceled_at=timezone.now())
        with pytest.raises(NoRecentDealings):
            automatic(thread)

    def test_a_text_from_their_other_phone_is_enough(self, business: Business) -> None:
        thread = long_ago(business)
        business.text("Hello from the other number", to=business.sitter_number.e164)
        assert automatic(thread).state == "queued"

    def test_consent_is_enough_while_it_holds(self, business: Business) -> None:
        thread = long_ago(business)
        agree(business.client.phones.get(), by=business.owner)
        assert automatic(thread).state == "queued"

    def test_who_was_only_written_to_has_not_written(self, business: Business) -> None:
        sam, _ = another_client(business)
        thread = starting.start(starting.Whom(client=sam), by=business.owner, at=timezone.now()).thread
        owner_says(business, "Welcome!", thread=thread)
        with pytest.raises(NoRecentDealings):
            automatic(thread)


class TestOffers:
    def test_they_need_consent_to_offers(self, business: Business) -> None:
        thread = business.thread()
        with pytest.raises(NoConsentToOffers):
            automatic(thread, Purpose.PROMOTIONAL)
        agree(business.client.phones.get(), by=business.owner)
        with pytest.raises(NoConsentToOffers):
            automatic(thread, Purpose.PROMOTIONAL)
        agree(business.client.phones.get(), by=business.owner, purpose=Purpose.PROMOTIONAL)
        assert automatic(thread, Purpose.PROMOTIONAL).purpose == "promotional"

    def test_an_opt_out_ends_it_and_start_does_not_give_it_back(self, business: Business) -> None:
        thread = business.thread()
        agree(business.client.phones.get(), by=business.owner, purpose=Purpose.PROMOTIONAL)
        business.text("STOP")
        business.text("START")
        with pytest.raises(NoConsentToOffers):
            automatic(thread, Purpose.PROMOTIONAL)
        assert automatic(thread).state == "queued"

    def test_a_rule_for_offers_says_why_it_sent_none(self, business: Business) -> None:
        rule = active(business, OFFER)
        business.text("Hello")
        settle()
        assert steps(rule) == [("text_client", "skipped", "no_consent_to_offers")]
        agree(business.client.phones.get(), by=business.owner, purpose=Purpose.PROMOTIONAL)
        business.text("Hello again")
        settle()
        assert Delivery.objects.get().purpose == "promotional"

    def test_the_dry_run_says_it(self, business: Business) -> None:
        shown = preview(
            parse(wish(OFFER).content, lane="front_desk"),
            organization=business.organization,
            scene=Scene(thread=business.thread()),
            at=timezone.now(),
        )
        assert NoConsentToOffers().sentence in shown.acts[0].obstacles
        assert shown.acts[0].sentence == "text the client an offer"

    def test_it_stays_one_when_the_conversation_moves(self, business: Business) -> None:
        thread = business.thread()
        agree(business.client.phones.get(), by=business.owner, purpose=Purpose.PROMOTIONAL)
        automatic(thread, Purpose.PROMOTIONAL)
        moving.move(thread, business.add_number("front_desk"), by=business.owner, at=timezone.now())
        assert set(Delivery.objects.values_list("state", "purpose")) == {
            ("canceled", "promotional"),
            ("queued", "promotional"),
        }


class TestRules:
    def test_what_is_not_said_is_about_visits_and_keeps_its_digest(self) -> None:
        plain = {"kind": "text_client", "body": "Hello"}
        silent = parse(wish(plain).content, lane="front_desk")
        said = parse(wish({**plain, "purpose": "service"}).content, lane="front_desk")
        offer = parse(wish({**plain, "purpose": "promotional"}).content, lane="front_desk")
        assert silent.digest == said.digest != offer.digest
        assert to_json(silent)["actions"] == [{"on_failure": "stop", **plain}]
        assert parse(to_json(offer), lane="front_desk") == offer
