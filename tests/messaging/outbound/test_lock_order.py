"""Everything that touches a conversation at once, with real commits: nobody waits for each other in a circle."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from messaging.consent import changes as consent
from messaging.errors import MessagingError
from messaging.models import Delivery, Message, Participant, Sitter
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims, sending
from messaging.outbound.queue.submit import Author, submit
from messaging.outbound.recovery import sweeps
from messaging.people import threads
from messaging.phones import blocking, changes, moving
from messaging.phones import sitters as sitter_phones
from messaging.providers.base import Accepted, Outcome, Refused, Rejected, RejectionKind
from messaging.review import decisions as review
from tests.business import Business, new_sid, number_of, open_business, stranger
from tests.messaging.outbound.steps import fresh

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 5.0
ROUNDS = 12
# What forbids sending rests so many times as long as it took, and at least so long: on a slow machine too some texts can go.
ROOM = 5
PAUSE = 0.15


def test_all_verbs_at_once_never_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)

    def call(left: begin_call.BegunCall, *_: object) -> None:
        outcomes: list[Outcome] = [
            Accepted(new_sid(), "queued"),
            Accepted(new_sid(), "queued"),
            Refused(20429, "retry_later"),
            Rejected(21610, RejectionKind.OPTED_OUT, "no"),
            Rejected(30006, RejectionKind.UNTEXTABLE, "no"),
            Accepted(new_sid(), "queued"),
        ]
        record_outcome.record(left.attempt, chance.choice(outcomes))

    monkeypatch.setattr(sending, "_call", call)
    # It must be no idle run: texts left, and texts were stopped. A busy machine needs more than one round for that; each has a
    # business of its own, as one whose phones all opted out or take no texts has nothing more to send.
    for _ in range(ROUNDS):
        assert _all_at_once(verbs_of(open_business(), chance)) == []
        if _left_and_stopped():
            break
    assert _left_and_stopped()


def verbs_of(business: Business, chance: random.Random) -> list[Callable[[], None]]:
    """What is done to one conversation of the business, by all its people and the provider."""
    thread = business.thread()
    business.window(thread)
    line_ids = [claiming_line(business)]

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
            claims.wake(line_id)
        sending.dispatch(at_most=5)
        sweeps.sweep()

    def provider() -> None:
        for delivery in Delivery.objects.filter(state="sent").order_by("?")[:2]:
            business.report(delivery, chance.choice(["delivered", "undelivered"]), error="30003")

    def stop_and_start() -> None:
        with leaving_room():
            for change in (consent.opt_out, consent.opt_in):
                change(business.organization, business.client_phone, by=business.owner, at=timezone.now())

    def client() -> None:
        with leaving_room():
            business.text("Hello")
            business.text("STOP")
            business.text("START")

    def resting() -> None:
        with leaving_room():
            business.pause()
            business.use_again(business.front_desk)

    def closing() -> None:
        with leaving_room():
            threads.close_thread(thread, by=business.owner, at=timezone.now())
            threads.reopen_thread(thread, by=business.owner, at=timezone.now())

    own_phones, sitters_phones = [business.client_phone, stranger()], [business.sitter.phone, stranger()]

    def changing_phones() -> None:
        """What the former phone begins meanwhile is joined when it comes back."""
        with leaving_room():
            phone = business.client.phones.get()
            (new,) = {*own_phones} - {phone.e164}
            changes.replace(phone, new=new, by=business.owner, at=timezone.now())

    def another_sitters_phone() -> None:
        with leaving_room():
            sitter = Sitter.objects.get(pk=business.sitter.pk)
            (new,) = {*sitters_phones} - {sitter.phone}
            sitter_phones.change_phone(sitter, new=new, by=business.owner, at=timezone.now())

    other = number_of(business.account, "front_desk")

    def moving_away_and_back() -> None:
        with leaving_room():
            for number in (other, business.front_desk):
                moving.move(thread, number, by=business.owner, at=timezone.now())

    def blocking_and_unblocking() -> None:
        with leaving_room():
            blocking.block(thread, by=business.owner, at=timezone.now())
            blocking.unblock(thread, by=business.owner, at=timezone.now())

    return [
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
        changing_phones,
        another_sitters_phone,
        moving_away_and_back,
        blocking_and_unblocking,
    ]


@contextmanager
def leaving_room() -> Iterator[None]:
    began = time.monotonic()
    yield
    time.sleep(max(PAUSE, ROOM * (time.monotonic() - began)))


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
