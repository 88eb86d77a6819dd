"""Everything that touches a conversation at once, with real commits: nobody waits for each other in a circle."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from messaging.consent import verbs as consent
from messaging.errors import MessagingError
from messaging.models import Delivery, Message, Participant
from messaging.numbers import verbs as numbers
from messaging.outbound import claiming, leaving, sending, settling, sweeping
from messaging.outbound.submit import Author, submit
from messaging.people import verbs as people
from messaging.providers.base import Accepted, Refused, Rejected, RejectionKind
from messaging.review import verbs as review
from tests.business import Business, new_sid
from tests.messaging.outbound.steps import fresh

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 5.0
ROUNDS = 6
# What forbids sending leaves room for some texts to go.
PAUSE = 0.15


def test_all_verbs_at_once_never_deadlock(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = business.thread()
    window = business.window(thread)
    line_ids = [claiming_line(business)]
    chance = random.Random(3)

    def call(left: leaving.Leaving, _: object) -> None:
        outcomes = [
            Accepted(new_sid(), "queued"),
            Accepted(new_sid(), "queued"),
            Refused(20429, "retry_later"),
            Rejected(21610, RejectionKind.OPTED_OUT, "no"),
            Rejected(30006, RejectionKind.UNTEXTABLE, "no"),
            Accepted(new_sid(), "queued"),
        ]
        settling.settle(left.attempt, chance.choice(outcomes))

    monkeypatch.setattr(sending, "_call", call)

    def owner() -> None:
        submit(thread=thread, author=Author.owner(business.owner), body="Hi", at=timezone.now())

    def sitter() -> None:
        author = Author.sitter_by_text(business.sitter)
        submit(thread=thread, author=author, body="Call me at 212 555 0147", at=timezone.now())

    def reviewer() -> None:
        for message in Message.objects.filter(state="held")[:3]:
            review.approve(message, by=business.owner, at=timezone.now())

    def worker() -> None:
        for line_id in line_ids:
            claiming.wake(line_id)
        sending.dispatch(at_most=5)
        sweeping.sweep()

    def provider() -> None:
        for delivery in Delivery.objects.filter(state="sent").order_by("?")[:2]:
            business.report(delivery, chance.choice(["delivered", "undelivered"]), error="30003")

    def stop_and_start() -> None:
        for change in (consent.opt_out, consent.opt_in):
            change(business.organization, business.client_phone, by=business.owner, at=timezone.now())
        time.sleep(PAUSE)

    def client() -> None:
        business.text("Hello")
        business.text("STOP")
        business.text("START")
        time.sleep(PAUSE)

    def resting() -> None:
        numbers.quarantine(business.front_desk, until=None, by=business.owner, at=timezone.now())
        numbers.activate(business.front_desk, by=business.owner, at=timezone.now())
        time.sleep(PAUSE)

    def closing() -> None:
        people.close_thread(thread, by=business.owner, at=timezone.now())
        people.reopen_thread(thread, by=business.owner, at=timezone.now())
        time.sleep(PAUSE)

    verbs = [
        owner,
        owner,
        sitter,
        reviewer,
        worker,
        worker,
        provider,
        stop_and_start,
        client,
        resting,
        closing,
    ]
    # It must be no idle run: texts left, and texts were stopped. A busy machine needs more than one round for that.
    for _ in range(ROUNDS):
        assert _all_at_once(verbs) == []
        if _left_and_stopped():
            break
    assert window.pk
    assert _left_and_stopped()


def _left_and_stopped() -> bool:
    left = Delivery.objects.filter(accepted_attempt__isnull=False).exists()
    return bool(left and Delivery.objects.filter(state="canceled").exists())


def claiming_line(business: Business) -> int:
    """The line of the front desk."""
    party = Participant.objects.filter(number=business.front_desk).earliest("pk")
    said = submit(thread=party.thread, author=Author.owner(business.owner), body="First", at=timezone.now())
    assert said.delivery is not None
    return fresh(said.delivery).line_id


def _all_at_once(verbs: list[Callable[[], None]]) -> list[str]:
    """Run each in a thread of its own, again and again; the deadlocks and other surprises they met."""
    failed: list[str] = []
    until = time.monotonic() + SECONDS

    def again_and_again(verb: Callable[[], None]) -> None:
        try:
            while time.monotonic() < until:
                try:
                    verb()
                except MessagingError:
                    continue  # forbidden just now, as it should be
                except OperationalError as error:
                    failed.append(f"{verb.__name__}: {error}")
                except Exception as error:
                    failed.append(f"{verb.__name__}: {type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=again_and_again, args=(verb,)) for verb in verbs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return failed
