"""What is said of a text, for every code, every state and every way of hearing of it; and that it is true of the row."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

import messaging
from audit.models import Alert
from messaging.admin.story import steps
from messaging.api import words as api_words
from messaging.models import Delivery, ProviderAccount, SendAttempt
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.models.reasons import CancelReason
from messaging.outbound.outcome import record_outcome
from messaging.outbound.outcome.states import STATES
from messaging.outbound.queue import begin_call
from messaging.providers.base import Accepted, Unknown
from messaging.providers.classify import classify_response
from messaging.wording import deliveries as wording
from messaging.wording.codes import KNOWN_CODES
from messaging.wording.deliveries import ByItself, Channel, Words
from snoutos.desk import words as desk_words
from tests.business import Business, new_sid
from tests.messaging.outbound.steps import claim, fresh, owner_says, travel

CODES = [None, 99999, *sorted(KNOWN_CODES)]
ENDS = (DeliveryState.FAILED, DeliveryState.UNDELIVERED, DeliveryState.CANCELED)
# What only a text may be told that something still happens to.
PROMISES = re.compile(
    r"will try|tries again|by itself|goes out once|is checking|nothing to do|waits until", re.I
)
BLAMES = re.compile(r"\b(30001|http|callback|webhook|null|None|error_code)\b")
EXPECTED = {
    DeliveryState.QUEUED: ByItself.TRIES_AGAIN,
    DeliveryState.SENDING: None,
    DeliveryState.SENT: None,
    DeliveryState.DELIVERED: None,
    DeliveryState.UNDELIVERED: ByItself.NOTHING,
    DeliveryState.FAILED: ByItself.NOTHING,
    DeliveryState.UNKNOWN: ByItself.IS_CHECKED,
    DeliveryState.PARKED: ByItself.NOTHING,
}


def _reads_well(words: Words) -> None:
    assert words.title[0].isupper()
    assert not words.title.endswith(".")
    assert not words.next_step or words.next_step.endswith(".")
    assert not BLAMES.search(words.sentence)


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("state", EXPECTED)
@pytest.mark.parametrize("code", CODES)
def test_every_code_in_every_state_by_every_channel_is_said(
    code: int | None, state: DeliveryState, channel: Channel
) -> None:
    for exhausted in {False, state == DeliveryState.FAILED}:
        words = wording.said(state, code, channel, exhausted=exhausted)
        if EXPECTED[state] is None:
            assert words is None
            continue
        assert words is not None
        assert words.by_itself is EXPECTED[state]
        assert words.next_step, "the owner always learns what to do, or that there is nothing to do"
        assert bool(PROMISES.search(words.sentence)) is (words.by_itself is not ByItself.NOTHING)
        _reads_well(words)


@pytest.mark.parametrize("status", [word for word, state in STATES.items() if state != "delivered"])
@pytest.mark.parametrize("code", CODES)
def test_every_final_report_is_said_without_a_promise(status: str, code: int | None) -> None:
    words = wording.ended(DeliveryState(STATES[status]), f"provider_{status}", str(code or ""))
    assert words.by_itself is ByItself.NOTHING
    assert words.next_step
    assert not PROMISES.search(words.sentence)
    _reads_well(words)


@pytest.mark.parametrize("reason", CancelReason)
def test_every_reason_to_take_a_text_back_is_said(reason: CancelReason) -> None:
    words = wording.canceled(reason)
    assert words.title == reason.label
    assert words.by_itself is ByItself.NOTHING
    nothing_to_do = (CancelReason.LEFT_BY_OWNER, CancelReason.ALERT_OVER, CancelReason.ALERT_PHONE_CHANGED)
    assert words.next_step or reason in nothing_to_do
    assert not PROMISES.search(words.sentence)
    _reads_well(words)


def test_no_reason_is_given_that_has_no_words() -> None:
    """By reading the sources: every reason a text is canceled for, and those that `begin_call` finds."""
    given: set[str] = set()
    for file in Path(messaging.__file__).parent.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        source = file.read_text()
        given |= set(re.findall(r"cancel\w*\([^)]*?reason=\"(\w+)\"", source))
        given |= set(re.findall(r"cancel\([^()]*, \"(\w+)\", ", source))
        given |= set(re.findall(r"_cancel\([^\n]*\"(\w+)\", at", source))
    forbidden = Path(begin_call.__file__).read_text().split("def _forbidden")[1].split("\ndef ")[0]
    given |= set(re.findall(r"\"([a-z]+_[a-z_]+)\"", forbidden))
    assert len(given) > 8
    assert given <= set(CancelReason.values)


@pytest.mark.parametrize("state", LineState)
def test_an_account_that_is_shut_says_why_its_texts_wait(state: LineState) -> None:
    words = wording.waiting(state)
    assert (words is None) is (state == LineState.OPEN)
    if words is not None:
        assert words.by_itself is ByItself.WAITS_FOR_ACCOUNT
        assert PROMISES.search(words.sentence)


# The same, on rows that came there through the product.

WAYS = ["answer", "busy answer", "broken answer", "failed", "undelivered", "failed, no code first"]


def _after(business: Business, way: str, code: int | None, *, used_up: bool) -> Delivery:
    """A text of which the news `code` came by `way`, the last retry being used up before or not."""
    delivery = owner_says(business, "Hi")
    if used_up:
        Delivery.objects.filter(pk=delivery.pk).update(retries=3)
    left = begin_call.begin(claim(delivery))
    assert left is not None
    if way.endswith("answer"):
        status = {"answer": 400, "busy answer": 429, "broken answer": 500}[way]
        record_outcome.record(left.attempt, classify_response(http_status=status, code=code))
        return fresh(delivery)
    record_outcome.record(left.attempt, Accepted(new_sid(), "queued"))
    status_word = way.split(",")[0]
    if "no code first" in way:
        business.report(delivery, status_word)
    business.report(delivery, status_word, error=str(code or ""))
    return fresh(delivery)


def _goes_on(delivery: Delivery, words: Words) -> None:
    """What the words say of the time to come is so."""
    attempt = delivery.attempts.latest("number")
    if words.by_itself is ByItself.TRIES_AGAIN:
        assert delivery.state == "queued"
        assert delivery.next_attempt_at is not None
        assert delivery.next_attempt_at > timezone.now()
        travel(delivery, timedelta(minutes=16))
        assert fresh(delivery).ready
        assert begin_call.begin(claim(delivery)) is not None, "it does leave once more"
    elif words.by_itself is ByItself.IS_CHECKED:
        assert (delivery.state, attempt.state) == ("unknown", "unknown")
        assert attempt.next_look_up_at is not None
    elif words.by_itself is ByItself.WAITS_FOR_ACCOUNT:
        assert (delivery.state, delivery.ready) == ("queued", True)
        ProviderAccount.objects.update(line_state=LineState.OPEN)
        assert begin_call.begin(claim(delivery)) is not None
    else:
        assert delivery.state in ENDS
        tries = delivery.attempts.count()
        travel(delivery, timedelta(days=2))
        assert fresh(delivery).state == delivery.state
        assert delivery.attempts.count() == tries


def _same_on_every_face(delivery: Delivery, words: Words) -> None:
    told = api_words.explain(delivery)
    assert told is not None
    assert (told["title"], told["what_to_do"]) == (words.title, words.next_step)
    assert told["by_itself"] is (words.by_itself is not ByItself.NOTHING)
    assert told["final"] is (delivery.state in ENDS)
    desk = desk_words.delivery(delivery, ZoneInfo("UTC"), timezone.now())
    assert words.next_step in f"{desk.label} {desk.detail}"
    story = " ".join(f"{step.title}. {step.detail}" for step in steps(delivery))
    assert bool(PROMISES.search(f"{desk.label}. {desk.detail}")) is told["by_itself"]
    if delivery.state in ENDS:
        assert not PROMISES.search(story)
    for alert in Alert.objects.filter(subject_kind="delivery", subject_id=delivery.pk):
        assert words.next_step in alert.detail
        assert not PROMISES.search(alert.detail)


@pytest.mark.exhaustive
@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_what_is_said_is_what_happens(business: Business, way: str) -> None:
    seen: set[ByItself] = set()
    for code, used_up in itertools.product(CODES, [False, True]):
        if way == "answer" and code is None:
            continue  # no answer of the provider's own: "broken answer" has it
        ProviderAccount.objects.update(line_state=LineState.OPEN)
        delivery = _after(business, way, code, used_up=used_up)
        words = wording.of(delivery)
        assert words is not None, (code, way)
        _same_on_every_face(delivery, words)
        _goes_on(delivery, words)
        seen.add(words.by_itself)
        SendAttempt.objects.filter(state__in=["calling", "unknown"]).update(lane_yielded=True)
        _end_the_lane(business, delivery)
    assert ByItself.NOTHING in seen or way in ("busy answer", "broken answer")


def _end_the_lane(business: Business, delivery: Delivery) -> None:
    """Let the next text of the loop through: the call that is under way is answered; an opt-out is taken back."""
    open_one = delivery.attempts.filter(state__in=["calling", "unknown"]).first()
    if open_one is not None and open_one.state == "calling":
        record_outcome.record(open_one, Accepted(new_sid(), "queued"))
    elif open_one is not None:
        business.report(delivery, "sent", sid=new_sid())
    business.text("START")


@pytest.mark.django_db
def test_case_12_a_full_queue_reported_later_is_tried_again_and_says_so(business: Business) -> None:
    for status, code in (("failed", 30001), ("undelivered", 30022)):
        delivery = _after(business, status, code, used_up=False)
        desk = desk_words.delivery(delivery, ZoneInfo("UTC"), timezone.now())
        assert desk.label.startswith("Will try again at ")
        assert f"(error {code})" in desk.detail


@pytest.mark.django_db
def test_a_dead_letter_promises_nothing_and_offers_the_owner_a_way(business: Business) -> None:
    delivery = _after(business, "failed", 30001, used_up=True)
    desk = desk_words.delivery(delivery, ZoneInfo("UTC"), timezone.now())
    assert (desk.label, desk.detail) == (
        "Not sent",
        "The sending queue was full (error 30001). Every try failed. Try again later.",
    )


@pytest.mark.django_db
def test_an_unknown_one_is_checked_and_then_the_owners(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    record_outcome.record(left.attempt, Unknown("read_timeout"))
    assert wording.of(fresh(delivery)) == wording.CHECKING
