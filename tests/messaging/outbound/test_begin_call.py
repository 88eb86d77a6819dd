"""About to leave: whatever forbids the text by then stops it, and says why."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from messaging.assignments import overrides, windows
from messaging.consent import changes as consent
from messaging.models import Delivery, MessageNumber, Participant, SendAttempt
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call
from messaging.outbound.queue.submit import Author, submit
from messaging.people import sitters, threads
from messaging.providers.base import Refused
from messaging.review import decisions as review
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.messaging.outbound.racing import race
from tests.messaging.outbound.steps import (
    claim,
    fresh,
    in_hours,
    mark,
    owner_says,
    send,
    sitter_says,
    travel,
    verbs_since,
)

pytestmark = pytest.mark.django_db

Forbid = Callable[[Business, Delivery], object]


def _stop_by_text(business: Business, delivery: Delivery) -> None:
    business.text("STOP")


def _stop_by_owner(business: Business, delivery: Delivery) -> None:
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())


def _close(business: Business, delivery: Delivery) -> None:
    threads.close_thread(delivery.thread, by=business.owner, at=timezone.now())


def _quarantine(business: Business, delivery: Delivery) -> None:
    business.pause()


def _retire(business: Business, delivery: Delivery) -> None:
    business.release()


def _suspend_campaign(business: Business, delivery: Delivery) -> None:
    MessageNumber.objects.filter(pk=delivery.line.number_id).update(campaign_state="suspended")


def _block(business: Business, delivery: Delivery) -> None:
    Participant.objects.filter(pk=delivery.participant_id).update(is_blocked=True)


def _leave_party(business: Business, delivery: Delivery) -> None:
    Participant.objects.filter(pk=delivery.participant_id).update(left_at=timezone.now())


FORBIDDING: list[tuple[Forbid, str]] = [
    (_stop_by_text, "opted_out"),
    (_stop_by_owner, "opted_out"),
    (_close, "thread_closed"),
    (_quarantine, "number_quarantined"),
    (_retire, "number_retired"),
    (_suspend_campaign, "number_unregistered"),
    (_block, "party_blocked"),
    (_leave_party, "party_left"),
]
names = [forbid.__name__.strip("_") for forbid, _ in FORBIDDING]


@pytest.mark.parametrize(("forbid", "reason"), FORBIDDING, ids=names)
def test_what_is_forbidden_between_claim_and_call_does_not_leave(
    business: Business, simulator: SimulatorClient, forbid: Forbid, reason: str
) -> None:
    delivery = owner_says(business, "Hi")
    attempt = claim(delivery)
    before = mark()
    forbid(business, delivery)
    assert begin_call.begin(attempt) is None
    delivery = fresh(delivery)
    assert (delivery.state, delivery.reason) == ("canceled", reason)
    assert SendAttempt.objects.get(pk=attempt.pk).state == "abandoned"
    assert verbs_since(before).count("message.outbound.canceled") == 1
    assert simulator.calls("Messages.json") == []


@pytest.mark.parametrize(("forbid", "reason"), FORBIDDING, ids=names)
def test_what_is_forbidden_while_queued_does_not_leave(
    business: Business, simulator: SimulatorClient, forbid: Forbid, reason: str
) -> None:
    delivery = owner_says(business, "Hi")
    forbid(business, delivery)
    delivery = send(delivery)
    assert (delivery.state, delivery.reason) == ("canceled", reason)
    assert simulator.calls("Messages.json") == []


def test_a_stop_during_the_call_comes_too_late_but_keeps_the_retry_from_leaving(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    _stop_by_text(business, delivery)
    assert fresh(delivery).state == "sending"
    record_outcome.record(left.attempt, Refused(20429, "retry_later"))
    travel(delivery, timedelta(minutes=2))
    delivery = send(delivery)
    assert (delivery.state, delivery.reason) == ("canceled", "opted_out")
    assert simulator.calls("Messages.json") == []


def test_after_start_texts_leave_again(business: Business, simulator: SimulatorClient) -> None:
    business.thread()
    business.text("STOP")
    business.text("START")
    assert send(owner_says(business, "Welcome back")).state == "sent"


def _end(business: Business, delivery: Delivery) -> None:
    assert delivery.window is not None
    windows.end(delivery.window, by=business.owner, at=timezone.now())


def _cancel(business: Business, delivery: Delivery) -> None:
    assert delivery.window is not None
    windows.cancel(delivery.window, by=business.owner, at=timezone.now())


def _give_to_another(business: Business, delivery: Delivery) -> None:
    assert delivery.window is not None
    ben = sitters.create_sitter(
        organization=business.organization, name="Ben", by=business.owner, at=timezone.now()
    )
    windows.move(delivery.window, sitter=ben, by=business.owner, at=timezone.now())


def _override(business: Business, delivery: Delivery) -> None:
    overrides.set_override(
        thread=delivery.thread,
        target="owner_inbox",
        ends_at=in_hours(1),
        reason="Mine for now",
        by=business.owner,
        at=timezone.now(),
    )


TAKING: list[Forbid] = [_end, _cancel, _give_to_another, _override]


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "claimed"])
@pytest.mark.parametrize("take", TAKING, ids=lambda take: take.__name__.strip("_"))
def test_losing_the_charge_cancels_the_sitters_text_and_tells_them(
    business: Business, simulator: SimulatorClient, take: Forbid, claimed: bool
) -> None:
    thread = business.thread()
    business.window(thread)
    delivery = sitter_says(business, "On my way", thread=thread)
    attempt = claim(delivery) if claimed else None
    take(business, delivery)
    if attempt is not None:
        assert begin_call.begin(attempt) is None
    delivery = fresh(delivery)
    assert (delivery.state, delivery.reason) == ("canceled", "window_changed")
    notice = Delivery.objects.get(recipient=business.sitter.phone)
    assert notice.message.author_kind == "system"
    assert notice.message.audience == "owner"
    assert "The office has it" in notice.body
    assert send(notice).state == "sent"
    assert send(delivery).state == "canceled"
    assert simulator.phone_texts(business.client_phone) == []


def test_the_natural_end_of_the_window_cancels_nothing(
    business: Business, simulator: SimulatorClient
) -> None:
    thread = business.thread()
    window = business.window(thread)
    delivery = sitter_says(business, "Bye for today", thread=thread)
    past = timezone.now() - timedelta(minutes=1)
    type(window).objects.filter(pk=window.pk).update(ends_at=past)
    assert send(delivery).state == "sent"


def test_another_sitters_change_leaves_a_text_alone(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    delivery = sitter_says(business, "On my way", thread=thread)
    later = business.window(thread, begins=5, ends=6)
    windows.cancel(later, by=business.owner, at=timezone.now())
    assert fresh(delivery).state == "queued"


def test_moving_the_end_later_or_earlier_but_not_past_now_cancels_nothing(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread)
    delivery = sitter_says(business, "On my way", thread=thread)
    windows.move(window, ends_at=in_hours(0.5), by=business.owner, at=timezone.now())
    assert fresh(delivery).state == "queued"


def test_a_window_that_ends_under_an_override_to_the_same_sitter_cancels_nothing(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread)
    delivery = sitter_says(business, "On my way", thread=thread)
    overrides.set_override(
        thread=thread,
        target="sitter",
        sitter=business.sitter,
        ends_at=in_hours(3),
        reason="Stays longer",
        by=business.owner,
        at=timezone.now(),
    )
    windows.end(window, by=business.owner, at=timezone.now())
    assert fresh(delivery).state == "queued"


def test_removing_an_override_cancels_what_it_authorised(business: Business) -> None:
    thread = business.thread()
    override = overrides.set_override(
        thread=thread,
        target="sitter",
        sitter=business.sitter,
        ends_at=in_hours(3),
        reason="Helps out",
        by=business.owner,
        at=timezone.now(),
    )
    delivery = sitter_says(business, "On my way", thread=thread)
    overrides.remove(override, by=business.owner, at=timezone.now())
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "window_changed")


def test_the_owners_texts_in_the_thread_stay_when_a_window_ends(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread)
    mine = owner_says(business, "Hi", thread=thread)
    windows.end(window, by=business.owner, at=timezone.now())
    assert fresh(mine).state == "queued"


def _approved(business: Business) -> Delivery:
    thread = business.thread()
    window = business.window(thread)
    said = submit(
        thread=thread,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body="Call me at 212 555 0147",
        at=timezone.now(),
    )
    review.approve(said.message, by=business.owner, at=timezone.now())
    windows.end(window, by=business.owner, at=timezone.now())
    delivery: Delivery = Delivery.objects.get(message=said.message)
    return delivery


def test_an_owners_approval_outlives_the_window(business: Business, simulator: SimulatorClient) -> None:
    assert send(_approved(business)).state == "sent"


@pytest.mark.parametrize(
    ("forbid", "reason"),
    [(_stop_by_text, "opted_out"), (_quarantine, "number_quarantined"), (_close, "thread_closed")],
)
def test_an_owners_approval_never_outlives(
    business: Business, simulator: SimulatorClient, forbid: Forbid, reason: str
) -> None:
    delivery = _approved(business)
    forbid(business, delivery)
    delivery = send(delivery)
    assert (delivery.state, delivery.reason) == ("canceled", reason)
    assert simulator.phone_texts(business.client_phone) == []


# The race: a forbidding change and a sender at the same moment, with real commits. The sender's own clock is the provider's log of calls; a
# text may only have left when the change had not been committed before its `claimed → calling`.

ROUNDS = 25
OF_WINDOWS = (_end, _cancel, _give_to_another, _override)
RACING = [_stop_by_text, _stop_by_owner, _close, _quarantine, *OF_WINDOWS]


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forbid", RACING, ids=lambda forbid: forbid.__name__.strip("_"))
def test_no_text_leaves_after_a_committed_change(
    business: Business, monkeypatch: pytest.MonkeyPatch, forbid: Forbid
) -> None:
    left_after = stopped = 0
    head_start = 0.005
    for _ in itertools.repeat(None, ROUNDS):
        delivery = _ready_to_leave(business, forbid)
        attempt = claim(delivery)
        committed, left_at = race(partial(forbid, business, delivery), attempt, monkeypatch, head_start)
        if left_at is None:
            stopped += 1
            assert fresh(delivery).state == "canceled"
        elif committed < left_at:
            left_after += 1
        else:
            assert fresh(delivery).state == "sending"
        # Whoever won gives the other a head start: the rounds gather where the two meet.
        head_start += -0.002 if left_at is None else 0.002
        _undo(business, delivery)
    assert left_after == 0
    assert 0 < stopped < ROUNDS, "a race that one side always wins shows nothing"


def _ready_to_leave(business: Business, forbid: Forbid) -> Delivery:
    thread = business.thread()
    if forbid not in OF_WINDOWS:
        return owner_says(business, f"Hi {time.monotonic()}", thread=thread)
    business.window(thread, begins=0)
    return sitter_says(business, "On my way", thread=thread)


def _undo(business: Business, delivery: Delivery) -> None:
    """Make the next round possible."""
    for attempt in SendAttempt.objects.filter(delivery=delivery, state="calling"):
        record_outcome.record(attempt, Refused(20429, "retry_later"))
    Delivery.objects.filter(state="queued").update(state="canceled", reason="next_round")
    at = timezone.now()
    consent.opt_in(business.organization, business.client_phone, by=business.owner, at=at)
    threads.reopen_thread(delivery.thread, by=business.owner, at=at)
    business.front_desk.refresh_from_db()
    if business.front_desk.state == "quarantined":
        business.use_again(business.front_desk)
    for window in delivery.thread.windows.filter(canceled_at__isnull=True, ends_at__gt=at):
        windows.end(window, by=business.owner, at=at)
    for override in delivery.thread.overrides.filter(canceled_at__isnull=True, ends_at__gt=at):
        overrides.remove(override, by=business.owner, at=at)
