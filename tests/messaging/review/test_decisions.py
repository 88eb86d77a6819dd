"""What the owner decides about a held text: one decision each, and nothing is sent twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import Alert
from messaging.assignments import windows
from messaging.consent import changes as consent
from messaging.errors import (
    AlreadyReviewed,
    EmptyText,
    MessagingError,
    NumberResting,
    OptedOut,
    PartyBlocked,
    ReasonNeeded,
    TextTooLong,
    ThreadIsClosed,
)
from messaging.models import Delivery, Message, Participant, Sitter
from messaging.outbound.queue import begin_call
from messaging.outbound.queue.submit import Author, submit
from messaging.people import threads
from messaging.review import decisions, queue
from policy import detector
from policy.models import Violation
from policy.reader import read
from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator
from tests.business import Business, open_business
from tests.messaging.outbound.steps import fresh, mark, open_alerts, send, verbs_since

pytestmark = pytest.mark.django_db

LEAK = "Call me at 212 555 0147"


@pytest.fixture
def simulator(business: Business, settings: Any) -> Iterator[SimulatorClient]:
    with running_simulator(seed=1) as provider:
        settings.TWILIO_API_BASE_URL = provider.base_url
        provider.add_account(
            sid=business.account.sid, token=business.account.auth_token, numbers=[business.front_desk.e164]
        )
        yield provider


def _held(business: Business, body: str = LEAK) -> Message:
    thread = business.thread()
    if not thread.windows.exists():
        business.window(thread)
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    said = submit(thread=thread, author=author, body=body, at=timezone.now())
    assert said.message.state == "held"
    return said.message


def _approve(business: Business, message: Message) -> Message:
    return decisions.approve(message, by=business.owner, at=timezone.now())


def _edit(business: Business, message: Message, body: str = "Call the office") -> Message:
    return decisions.edit_and_send(message, by=business.owner, body=body, at=timezone.now())


def _reject(business: Business, message: Message, note: str = "No phone numbers") -> Message:
    return decisions.reject(message, by=business.owner, note=note, at=timezone.now())


def _dismiss(business: Business, message: Message) -> Message:
    return decisions.dismiss(message, by=business.owner, at=timezone.now())


Decide = Callable[[Business, Message], Message]
DECISIONS: list[Decide] = [_approve, _edit, _reject, _dismiss]
SENDING: list[Decide] = [_approve, _edit, _dismiss]


def _named(decide: Decide) -> str:
    return decide.__name__.strip("_")


def test_an_approved_text_is_sent_as_written_on_the_owners_word(
    business: Business, simulator: SimulatorClient
) -> None:
    message = _approve(business, _held(business))
    assert (message.state, message.reviewed_by) == ("accepted", business.owner)
    delivery = Delivery.objects.get(message=message)
    assert (delivery.authority, delivery.body) == ("owner", LEAK)
    assert send(delivery).state == "sent"
    assert simulator.wait_for_text(business.client_phone).body == LEAK


def test_an_edited_text_is_sent_in_the_owners_words_and_the_sitters_are_kept(
    business: Business, simulator: SimulatorClient
) -> None:
    message = Message.objects.get(pk=_edit(business, _held(business)).pk)
    assert (message.body, message.original_body) == ("Call the office", LEAK)
    assert read(message) == "Call the office"
    delivery = Delivery.objects.get(message=message)
    assert send(delivery).state == "sent"
    assert [text.body for text in simulator.phone_texts(business.client_phone)] == ["Call the office"]


def test_edited_words_are_screened_again_and_a_finding_is_a_warning(business: Business) -> None:
    message = _held(business)
    before = mark()
    _edit(business, message, "Call 212 555 0199 instead")
    assert "message.outbound.warned" in verbs_since(before)
    message = _held(business)
    before = mark()
    _edit(business, message, "See you at ten")
    assert "message.outbound.warned" not in verbs_since(before)


@pytest.mark.parametrize(("body", "error"), [(" ", EmptyText), ("x" * 1601, TextTooLong)])
def test_edited_words_must_be_sendable(business: Business, body: str, error: type[MessagingError]) -> None:
    message = _held(business)
    with pytest.raises(error):
        _edit(business, message, body)
    assert Message.objects.get(pk=message.pk).state == "held"


def test_a_rejected_text_is_kept_with_the_reason_and_the_sitter_is_told_it_by_the_office(
    business: Business,
) -> None:
    message = Message.objects.get(pk=_reject(business, _held(business)).pk)
    assert (message.state, message.review_note, message.body) == ("rejected", "No phone numbers", LEAK)
    assert not Delivery.objects.filter(message=message).exists()
    notice = Delivery.objects.get(recipient=business.sitter.phone)
    assert notice.sender == business.front_desk.e164
    assert notice.thread_id != message.thread_id
    assert notice.message.audience == "owner"
    assert "didn't send" in notice.body
    assert "No phone numbers" in notice.body


def test_a_sitter_without_a_phone_is_told_in_the_app_only(business: Business) -> None:
    Sitter.objects.filter(pk=business.sitter.pk).update(phone="")
    business.sitter.refresh_from_db()
    _reject(business, _held(business))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("note", ["", "  \n"])
def test_rejecting_needs_a_reason(business: Business, note: str) -> None:
    message = _held(business)
    with pytest.raises(ReasonNeeded):
        _reject(business, message, note)
    assert Message.objects.get(pk=message.pk).state == "held"


def test_a_rejection_goes_through_while_the_detector_is_broken(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = _held(business)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(detector, "find", broken)
    assert _reject(business, message).state == "rejected"
    # Unseen words never leave; the owner sees the notice in the thread.
    assert not Delivery.objects.filter(recipient=business.sitter.phone).exists()
    assert Message.objects.filter(origin_key=f"message:{message.pk}:rejected").exists()


def test_a_false_alarm_is_sent_and_kept_as_feedback(business: Business) -> None:
    message = Message.objects.get(pk=_dismiss(business, _held(business)).pk)
    assert (message.state, message.redacted_body) == ("accepted", None)
    assert Delivery.objects.get(message=message).body == LEAK
    assert Violation.objects.get(message=message).resolution == "dismissed"


def test_a_flagged_text_of_a_client_is_dismissed_without_sending_anything(business: Business) -> None:
    message = business.text("My other phone is 212 555 0147")
    dismissed = _dismiss(business, message)
    assert Message.objects.get(pk=dismissed.pk).state == "received"
    assert not Delivery.objects.exists()
    with pytest.raises(AlreadyReviewed):
        _dismiss(business, message)


RESOLUTIONS = [(_approve, "approved"), (_edit, "edited"), (_reject, "rejected"), (_dismiss, "dismissed")]


@pytest.mark.parametrize(("decide", "resolution"), RESOLUTIONS, ids=[r for _, r in RESOLUTIONS])
def test_the_violation_keeps_who_decided_what(business: Business, decide: Decide, resolution: str) -> None:
    message = _held(business)
    decide(business, message)
    violation = Violation.objects.get(message=message)
    assert (violation.resolution, violation.resolved_by) == (resolution, business.owner)
    assert violation.resolved_at is not None


@pytest.mark.parametrize("decide", DECISIONS, ids=_named)
def test_the_alert_is_over_when_the_threads_last_held_text_is_decided(
    business: Business, decide: Decide
) -> None:
    first, second = _held(business), _held(business, "mail ana.pets@gmail.com")
    decide(business, first)
    assert ("policy.held", "warning") in open_alerts(business)
    decide(business, second)
    assert not Alert.objects.filter(kind="policy.held", state__in=["open", "acknowledged"]).exists()


@pytest.mark.parametrize("second", DECISIONS, ids=_named)
@pytest.mark.parametrize("first", DECISIONS, ids=_named)
def test_who_comes_second_is_told_and_nothing_is_sent_twice(
    business: Business, first: Decide, second: Decide
) -> None:
    message = _held(business)
    first(business, message)
    before = mark()
    with pytest.raises(AlreadyReviewed):
        second(business, message)
    assert verbs_since(before) == []
    assert Delivery.objects.filter(message=message).count() == (0 if first is _reject else 1)


@pytest.mark.django_db(transaction=True)
def test_of_eight_owners_at_once_one_decides(business: Business) -> None:
    message = _held(business)
    told: list[str] = []
    start = threading.Barrier(8)

    def decide(verb: Decide) -> None:
        start.wait()
        try:
            verb(business, message)
            told.append("done")
        except AlreadyReviewed:
            told.append("second")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(verb,)) for verb in [_approve, _edit, _dismiss, _approve] * 2
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["done", *["second"] * 7]
    assert Delivery.objects.filter(message=message).count() == 1


@pytest.mark.parametrize("decide", SENDING, ids=_named)
def test_approved_after_the_window_ended_it_is_sent_all_the_same(
    business: Business, simulator: SimulatorClient, decide: Decide
) -> None:
    message = _held(business)
    window = message.thread.windows.get()
    windows.end(window, by=business.owner, at=timezone.now())
    decide(business, message)
    assert send(Delivery.objects.get(message=message)).state == "sent"


def _opt_out(business: Business) -> None:
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())


def _rest(business: Business) -> None:
    business.pause()


def _close(business: Business) -> None:
    threads.close_thread(business.thread(), by=business.owner, at=timezone.now())


def _block(business: Business) -> None:
    Participant.objects.filter(thread=business.thread(), role="client").update(is_blocked=True)


FORBIDDEN = [(_opt_out, OptedOut), (_rest, NumberResting), (_close, ThreadIsClosed), (_block, PartyBlocked)]


@pytest.mark.parametrize("decide", SENDING, ids=_named)
@pytest.mark.parametrize(("forbid", "error"), FORBIDDEN)
def test_no_approval_passes_over_what_forbids_sending(
    business: Business, forbid: Callable[[Business], None], error: type[MessagingError], decide: Decide
) -> None:
    message = _held(business)
    forbid(business)
    before = mark()
    with pytest.raises(error):
        decide(business, message)
    kept = Message.objects.get(pk=message.pk)
    assert (kept.state, kept.body, kept.original_body) == ("held", LEAK, None)
    assert verbs_since(before) == []
    assert not Delivery.objects.filter(message=message).exists()


def test_a_rejection_is_possible_whatever_forbids_sending(business: Business) -> None:
    message = _held(business)
    _opt_out(business)
    assert _reject(business, message).state == "rejected"


def test_the_queue_is_oldest_first_and_knows_its_age(business: Business) -> None:
    first, second = _held(business), _held(business, "mail ana.pets@gmail.com")
    two_hours_ago = timezone.now() - timedelta(hours=2)
    Message.objects.filter(pk=second.pk).update(created_at=two_hours_ago)
    assert list(queue.held(business.organization)) == [second, first]
    age = queue.oldest_age(business.organization, timezone.now())
    assert age is not None
    assert timedelta(hours=2) <= age < timedelta(hours=2, minutes=1)
    for message in (first, second):
        _reject(business, message)
    assert queue.oldest_age(business.organization, timezone.now()) is None


def test_the_queue_shows_nobody_elses_texts(business: Business) -> None:
    _held(business)
    assert list(queue.held(open_business("Other").organization)) == []


def test_a_text_that_was_held_leaves_once(business: Business, simulator: SimulatorClient) -> None:
    message = _approve(business, _held(business))
    delivery = Delivery.objects.get(message=message)
    send(delivery)
    send(delivery)
    assert len(simulator.phone_texts(business.client_phone)) == 1
    assert fresh(delivery).attempts.count() == 1
    assert begin_call.begin(delivery.attempts.get()) is None


@pytest.mark.parametrize("forbid", [_opt_out, _rest, _close])
def test_what_forbids_sending_after_the_approval_still_stops_the_text(
    business: Business, simulator: SimulatorClient, forbid: Callable[[Business], None]
) -> None:
    delivery = Delivery.objects.get(message=_approve(business, _held(business)))
    forbid(business)
    assert send(delivery).state == "canceled"
    assert simulator.phone_texts(business.client_phone) == []
