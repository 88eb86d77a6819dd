"""A client's text never waits for a sitter who cannot get it: the owner hears at once, or some minutes later."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import Alert
from messaging import locks
from messaging.consent import changes as consent
from messaging.inbound import unopened
from messaging.models import Delivery, Message, Sitter, Thread
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call
from messaging.people import threads
from messaging.providers.base import Rejected, RejectionKind
from routing.models import RoutingDecision
from tests.api.factories import client_of
from tests.business import Business
from tests.messaging.outbound.steps import claim, send

pytestmark = pytest.mark.django_db

DOG = "HELP the dog ran away!! where is Ben??"


@pytest.fixture
def looked_after(business: Business) -> Thread:
    thread = business.thread()
    business.window(thread)
    return thread


def is_unread(message: Message) -> bool:
    return Thread.objects.get(pk=message.thread_id).owner_position >= message.position


def say_end(business: Business) -> None:
    line = business.sitter.participants.get(left_at__isnull=True, thread__kind="care")
    business.text("End", sender=business.sitter.phone, to=line.number.e164)


def later(minutes: float) -> int:
    return unopened.bring_to_owner(timezone.now() + timedelta(minutes=minutes))


class TestOptedOut:
    """A sitter who only gets texts says End; then the client needs them."""

    def test_the_owner_is_told_which_visits_it_affects(
        self, business: Business, looked_after: Thread
    ) -> None:
        business.window(looked_after, begins=30, ends=31)
        say_end(business)
        alert = Alert.objects.get(kind="consent.sitter_opted_out")
        assert (alert.severity, alert.subject_id) == ("critical", business.sitter.pk)
        assert "Visits now: 1. In the next 14 days: 1 (" in alert.detail
        assert business.sitter.phone not in alert.detail

    def test_the_clients_text_comes_to_the_owner_with_an_alert(
        self, business: Business, looked_after: Thread
    ) -> None:
        say_end(business)
        message = business.text(DOG)
        decision = RoutingDecision.objects.get(message=message)
        assert (decision.target, decision.reason) == ("owner_inbox", "sitter_unreachable")
        assert decision.params["phone"] == "opted_out"
        assert is_unread(message)
        assert "routing.sitter_unreachable" in business.alerts()
        assert not Delivery.objects.filter(message=message).exists()

    def test_start_ends_it(self, business: Business, looked_after: Thread) -> None:
        say_end(business)
        line = business.sitter.participants.get(left_at__isnull=True, thread__kind="care")
        business.text("START", sender=business.sitter.phone, to=line.number.e164)
        assert "consent.sitter_opted_out" not in business.alerts()
        assert RoutingDecision.objects.get(message=business.text("Hi")).target == "sitter"

    def test_a_clients_stop_is_no_sitters(self, business: Business, looked_after: Thread) -> None:
        business.text("STOP")
        assert "consent.sitter_opted_out" not in business.alerts()

    def test_what_was_on_its_way_is_the_owners_at_once(
        self, business: Business, looked_after: Thread
    ) -> None:
        message = business.text("Is Biscuit ok?")
        assert not is_unread(message)
        say_end(business)
        assert is_unread(message)
        assert "relay.not_arrived" in business.alerts()

    def test_the_owner_records_it_for_them(self, business: Business, looked_after: Thread) -> None:
        consent.opt_out(business.organization, business.sitter.phone, by=business.owner, at=timezone.now())
        assert "consent.sitter_opted_out" in business.alerts()

    def test_who_has_no_phone_is_reached_by_the_app_only(
        self, business: Business, looked_after: Thread
    ) -> None:
        Sitter.objects.filter(pk=business.sitter.pk).update(phone="")
        assert RoutingDecision.objects.get(message=business.text("Hi")).reason == "sitter_unreachable"


class TestRelayThatDoesNotArrive:
    """Failed, undelivered, parked, canceled: unread for the owner at once, with an alert in words."""

    def relay(self, business: Business) -> tuple[Message, Delivery]:
        message = business.text("Is Biscuit ok?")
        assert not is_unread(message)
        return message, Delivery.objects.get(message=message)

    def told(self, business: Business, message: Message) -> None:
        assert is_unread(message)
        assert "relay.not_arrived" in business.alerts()
        assert "message.handed_to_owner" in business.verbs()

    def test_refused_for_good(self, business: Business, looked_after: Thread) -> None:
        message, delivery = self.relay(business)
        left = begin_call.begin(claim(delivery))
        assert left is not None
        record_outcome.record(left.attempt, Rejected(21614, RejectionKind.UNTEXTABLE, "no mobile"))
        self.told(business, message)

    @pytest.mark.parametrize("status", ["failed", "undelivered"])
    def test_reported_later(
        self, business: Business, looked_after: Thread, status: str, simulator: object
    ) -> None:
        message, delivery = self.relay(business)
        send(delivery)
        assert not is_unread(message)
        business.report(delivery, status, error="30003")
        self.told(business, message)

    def test_canceled(self, business: Business, looked_after: Thread) -> None:
        message, _ = self.relay(business)
        threads.close_thread(looked_after, by=business.owner, at=timezone.now())
        self.told(business, message)

    def test_forbidden_when_about_to_leave(self, business: Business, looked_after: Thread) -> None:
        message, delivery = self.relay(business)
        attempt = claim(delivery)
        Thread.objects.filter(pk=looked_after.pk).update(state="closed")
        assert begin_call.begin(attempt) is None
        self.told(business, message)

    def test_delivered_is_told_to_nobody(
        self, business: Business, looked_after: Thread, simulator: object
    ) -> None:
        message, delivery = self.relay(business)
        send(delivery)
        business.report(delivery, "delivered")
        assert not is_unread(message)
        assert "relay.not_arrived" not in business.alerts()

    def test_a_text_to_the_client_is_none(self, business: Business, looked_after: Thread) -> None:
        line = business.sitter.participants.get(left_at__isnull=True)
        said = business.text("All fine", sender=business.sitter.phone, to=line.number.e164)
        threads.close_thread(looked_after, by=business.owner, at=timezone.now())
        assert Delivery.objects.get(message=said).state == "canceled"
        assert "relay.not_arrived" not in business.alerts()


class TestUnopened:
    """Neither got nor opened a quarter of an hour later: unread for the owner."""

    def test_it_comes_to_the_owner_after_the_time_and_once(
        self, business: Business, looked_after: Thread
    ) -> None:
        message = business.text("Is Biscuit ok?")
        assert later(14.9) == 0
        assert not is_unread(message)
        assert later(15.1) == 1
        assert is_unread(message)
        assert later(16) == 0
        assert business.verbs().count("message.handed_to_owner") == 1

    def test_sent_is_not_yet_got(self, business: Business, looked_after: Thread, simulator: object) -> None:
        message = business.text("Is Biscuit ok?")
        send(Delivery.objects.get(message=message))
        assert later(16) == 1

    def test_delivered_is_got(self, business: Business, looked_after: Thread, simulator: object) -> None:
        message = business.text("Is Biscuit ok?")
        delivery = send(Delivery.objects.get(message=message))
        business.report(delivery, "delivered")
        assert later(16) == 0
        assert not is_unread(message)

    def test_opened_in_the_app_is_enough(self, business: Business, looked_after: Thread) -> None:
        first = business.text("Is Biscuit ok?")
        http = client_of(business.sitter_user)
        assert http.get(f"/api/v1/me/threads/{looked_after.public_id}/messages/").status_code == 200
        second = business.text("Hello??")
        assert later(16) == 1
        assert not is_unread(first) or is_unread(second)
        assert Message.objects.filter(owner_due_at__isnull=False).count() == 0

    def test_answered_is_enough(self, business: Business, looked_after: Thread) -> None:
        business.text("Is Biscuit ok?")
        line = business.sitter.participants.get(left_at__isnull=True)
        business.text("Yes!", sender=business.sitter.phone, to=line.number.e164)
        assert later(16) == 0

    def test_the_business_chooses_the_time(self, business: Business, looked_after: Thread) -> None:
        business.organization.unopened_minutes = 60
        business.organization.save()
        business.text("Is Biscuit ok?")
        assert later(59) == 0
        assert later(61) == 1

    def test_what_came_to_the_owner_anyway_waits_for_nothing(self, business: Business) -> None:
        assert business.text("Hello").owner_due_at is None

    def test_several_conversations_at_once(self, business: Business, looked_after: Thread) -> None:
        business.text("one")
        business.text("two")
        assert later(16) == 2


@pytest.mark.django_db(transaction=True)
def test_a_conversation_that_is_held_is_looked_at_with_the_next_tick(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    message = business.text("Is Biscuit ok?")
    brought: list[int] = []

    def tick() -> None:
        try:
            brought.append(later(16))
        finally:
            connection.close()

    with transaction.atomic():
        locks.thread(thread.pk)
        other = threading.Thread(target=tick)
        other.start()
        other.join(20)
    assert brought == [0]
    assert later(16) == 1
    assert is_unread(message)
