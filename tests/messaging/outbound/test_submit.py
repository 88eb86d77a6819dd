"""Submitting a text: who may, what screening does, and what is stored when it may not be said."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messaging.assignments import overrides, windows
from messaging.consent import changes as consent
from messaging.errors import (
    EmptyText,
    MessagingError,
    NotInCharge,
    NumberResting,
    OptedOut,
    PartyBlocked,
    SendingLocked,
    TextTooLong,
    ThreadIsClosed,
)
from messaging.models import Delivery, Message, Participant, Sitter
from messaging.outbound.queue.submit import Author, Submitted, add_note, submit
from messaging.people import sitters, starting, threads
from messaging.people.starting import Whom
from policy import detector
from tests.business import Business
from tests.messaging.outbound.steps import in_hours, mark, open_alerts, verbs_since

pytestmark = pytest.mark.django_db

LEAK = "Call me at 212 555 0147"


def _owner(business: Business, body: str, **more: object) -> Submitted:
    at = timezone.now()
    return submit(thread=business.thread(), author=Author.owner(business.owner), body=body, at=at, **more)  # type: ignore[arg-type]


def _sitter(business: Business, body: str, *, at: object = None) -> Submitted:
    return submit(
        thread=business.thread(),
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body=body,
        at=at or timezone.now(),  # type: ignore[arg-type]
    )


def test_an_owners_text_is_queued_from_the_threads_number_to_the_clients_phone(business: Business) -> None:
    said = _owner(business, "Biscuit is well")
    assert said.message.state == "accepted"
    delivery = said.delivery
    assert delivery is not None
    assert (delivery.sender, delivery.recipient) == (business.front_desk.e164, business.client_phone)
    assert (delivery.state, delivery.ready, delivery.body) == ("queued", True, "Biscuit is well")
    assert delivery.account == business.account
    assert delivery.authority == "owner"


def test_a_thread_over_another_number_sends_from_that_number(business: Business) -> None:
    thread = starting.start(
        Whom(client=business.client), number=business.sitter_number, by=business.owner, at=timezone.now()
    ).thread
    said = submit(thread=thread, author=Author.owner(business.owner), body="Hello", at=timezone.now())
    assert said.delivery is not None
    assert said.delivery.sender == business.sitter_number.e164


def test_an_owners_text_with_a_phone_goes_out_and_the_warning_is_recorded(business: Business) -> None:
    business.thread()
    before = mark()
    said = _owner(business, LEAK)
    assert said.delivery is not None
    assert said.found == ("phone",)
    assert verbs_since(before) == [
        "message.outbound.queued",
        "message.outbound.warned",
        "policy.violation.detected",
    ]


def test_a_sitter_in_their_window_is_in_charge(business: Business) -> None:
    window = business.window(business.thread())
    said = _sitter(business, "On my way")
    assert said.delivery is not None
    assert said.delivery.authority == "window"
    assert said.delivery.window == window
    assert said.message.window == window


def test_the_window_is_half_open(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread, begins=-2, ends=2)
    start, end = window.starts_at, window.ends_at
    assert _sitter(business, "First instant", at=start).delivery is not None
    assert _sitter(business, "Last instant", at=end - timedelta(microseconds=1)).delivery is not None
    for outside in (start - timedelta(microseconds=1), end):
        with pytest.raises(NotInCharge):
            _sitter(business, "Outside", at=outside)


def test_at_a_handover_exactly_one_sitter_may_speak(business: Business) -> None:
    thread = business.thread()
    first = business.window(thread, begins=-2, ends=1)
    other_user = open_other_sitter(business)
    windows.create(
        thread=thread,
        sitter=other_user[0],
        starts_at=first.ends_at,
        ends_at=first.ends_at + timedelta(hours=2),
        by=business.owner,
        at=timezone.now(),
    )
    with pytest.raises(NotInCharge):
        _sitter(business, "Am I still on?", at=first.ends_at)
    said = submit(thread=thread, author=Author.sitter_by_text(other_user[0]), body="I am", at=first.ends_at)
    assert said.delivery is not None


def open_other_sitter(business: Business) -> tuple[Sitter, str]:
    sitter = sitters.create_sitter(
        organization=business.organization, name="Ben", by=business.owner, at=timezone.now()
    )
    return sitter, sitter.name


def test_an_override_to_a_sitter_puts_them_in_charge_and_the_message_says_so(business: Business) -> None:
    thread = business.thread()
    override = overrides.set_override(
        thread=thread,
        target="sitter",
        sitter=business.sitter,
        ends_at=in_hours(1),
        reason="Ana knows the dog",
        by=business.owner,
        at=timezone.now(),
    )
    said = _sitter(business, "Hello")
    assert said.delivery is not None
    assert said.delivery.override == override
    with pytest.raises(NotInCharge):
        _sitter(business, "Too late", at=override.ends_at)


def test_an_override_to_the_owner_leaves_the_windows_sitter_on_duty(business: Business) -> None:
    """The client's texts come to the owner; who is on duty may still write."""
    thread = business.thread()
    business.window(thread)
    overrides.set_override(
        thread=thread,
        target="owner_inbox",
        ends_at=in_hours(0.5),
        reason="I take this one",
        by=business.owner,
        at=timezone.now(),
    )
    said = _sitter(business, "Hello")
    assert said.delivery is not None
    assert business.text("Hi").deliveries.count() == 0


@pytest.mark.parametrize(
    "body", [LEAK, "mail me: ana.pets@gmail.com", "see https://ana-walks.example.com/book"]
)
def test_a_sitters_text_with_any_finding_is_held_whole(business: Business, body: str) -> None:
    business.window(business.thread())
    said = _sitter(business, body)
    assert said.delivery is None
    assert said.message.state == "held"
    assert said.message.held_reason == "finding"
    assert Message.objects.get(pk=said.message.pk).body == body
    assert not Delivery.objects.filter(message=said.message).exists()
    assert ("policy.held", "warning") in open_alerts(business)


def test_a_sitters_text_is_held_when_the_detector_fails(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.window(business.thread())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(detector, "find", broken)
    said = _sitter(business, "Harmless")
    assert (said.message.state, said.message.held_reason) == ("held", "detector_failed")
    assert ("policy.detector_failed", "critical") in open_alerts(business)


@pytest.mark.parametrize("author", [Author.automation(1), Author.system()], ids=["automation", "system"])
def test_a_machines_text_with_a_finding_is_held(business: Business, author: Author) -> None:
    said = submit(thread=business.thread(), author=author, body=LEAK, at=timezone.now())
    assert said.message.state == "held"
    assert said.delivery is None


def test_a_machines_text_with_the_business_own_number_goes_out(business: Business) -> None:
    body = f"Questions? Call {business.front_desk.e164}"
    said = submit(thread=business.thread(), author=Author.automation(1), body=body, at=timezone.now())
    assert said.delivery is not None
    assert said.delivery.obeys_quiet_hours
    assert said.delivery.priority == 30


def test_a_persons_text_does_not_obey_quiet_hours(business: Business) -> None:
    said = _owner(business, "Good night")
    assert said.delivery is not None
    assert not said.delivery.obeys_quiet_hours


def _nobody_in_charge(business: Business) -> None:
    """No window at all."""


def _locked(business: Business) -> None:
    business.window(business.thread())
    Sitter.objects.filter(pk=business.sitter.pk).update(sending_locked_at=timezone.now())


def _closed(business: Business) -> None:
    business.window(business.thread())
    threads.close_thread(business.thread(), by=business.owner, at=timezone.now())


def _opted_out(business: Business) -> None:
    business.window(business.thread())
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())


def _resting(business: Business) -> None:
    business.window(business.thread())
    business.pause()


def _blocked(business: Business) -> None:
    business.window(business.thread())
    Participant.objects.filter(thread=business.thread(), role="client").update(is_blocked=True)


REFUSALS = [
    (_closed, ThreadIsClosed),
    (_opted_out, OptedOut),
    (_resting, NumberResting),
    (_blocked, PartyBlocked),
]


@pytest.mark.parametrize(
    ("arrange", "error"), [*REFUSALS, (_nobody_in_charge, NotInCharge), (_locked, SendingLocked)]
)
def test_nothing_is_stored_when_a_sitters_text_is_refused(
    business: Business, arrange: object, error: type[MessagingError]
) -> None:
    thread = business.thread()
    arrange(business)  # type: ignore[operator]
    _is_refused(business, error, lambda: _sitter(business, "Hello"))
    assert thread.last_position == business.thread().last_position


@pytest.mark.parametrize(("arrange", "error"), REFUSALS)
def test_nothing_is_stored_when_an_owners_text_is_refused(
    business: Business, arrange: object, error: type[MessagingError]
) -> None:
    business.thread()
    arrange(business)  # type: ignore[operator]
    _is_refused(business, error, lambda: _owner(business, "Hello"))


@pytest.mark.parametrize(
    ("body", "error"),
    [("", EmptyText), (" \n\t", EmptyText), ("\x00", EmptyText), ("x" * 1601, TextTooLong)],
)
def test_an_empty_or_overlong_text_is_refused(
    business: Business, body: str, error: type[MessagingError]
) -> None:
    business.thread()
    _is_refused(business, error, lambda: _owner(business, body))


def test_1600_characters_are_taken(business: Business) -> None:
    said = _owner(business, "é" * 1600)
    assert said.delivery is not None
    assert said.delivery.segments == 11


def _is_refused(business: Business, error: type[MessagingError], say: object) -> None:
    before, trail = Message.objects.count(), mark()
    with pytest.raises(error):
        say()  # type: ignore[operator]
    assert Message.objects.count() == before
    assert verbs_since(trail) == []


def test_the_same_origin_key_gives_the_first_answer_again(business: Business) -> None:
    first = _owner(business, "Hello", origin_key="booking:7")
    again = _owner(business, "Hello, other words", origin_key="booking:7")
    assert again.message == first.message
    assert again.delivery == first.delivery
    assert again.message.body == "Hello"
    assert Delivery.objects.filter(message=first.message).count() == 1


def test_the_first_answer_repeats_the_warning(business: Business) -> None:
    _owner(business, LEAK, origin_key="booking:8")
    assert _owner(business, LEAK, origin_key="booking:8").found == ("phone",)


@pytest.mark.django_db(transaction=True)
def test_of_32_at_once_with_one_origin_key_one_is_stored(business: Business) -> None:
    thread = business.thread()
    answers: list[tuple[int, int]] = []
    start = threading.Barrier(32)

    def say() -> None:
        try:
            start.wait()
            said = submit(
                thread=thread,
                author=Author.owner(business.owner),
                body="Once",
                at=timezone.now(),
                origin_key="once",
            )
            assert said.delivery is not None
            answers.append((said.message.pk, said.delivery.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=say) for _ in range(32)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == 32
    assert len(set(answers)) == 1
    assert Message.objects.filter(origin_key="once").count() == 1
    assert Delivery.objects.filter(message__origin_key="once").count() == 1


def test_a_note_is_the_owners_alone_and_never_sent(business: Business) -> None:
    thread = business.thread()
    before = mark()
    note = add_note(thread=thread, by=business.owner, body="Key is under the mat", at=timezone.now())
    assert (note.is_note, note.audience, note.state) == (True, "owner", "accepted")
    assert not Delivery.objects.filter(message=note).exists()
    assert verbs_since(before) == ["message.note_added"]


def test_the_next_position_is_taken_in_order(business: Business) -> None:
    first, second = _owner(business, "one").message, _owner(business, "two").message
    assert second.position == first.position + 1
