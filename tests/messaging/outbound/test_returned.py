"""Texts that the provider took and then reports as never sent: queued again like refusals, once proven, and never otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.assignments import windows
from messaging.models import Delivery, SendAttempt
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call
from messaging.outbound.recovery import owner_actions, reconcile, status_polling
from messaging.people import threads
from messaging.providers.base import Accepted, Refused, Unknown
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, new_sid
from tests.messaging.outbound.steps import (
    claim,
    fresh,
    mark,
    open_alerts,
    owner_says,
    send,
    sitter_says,
    travel,
    verbs_since,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
PROOFS = [("failed", "30001"), ("undelivered", "30001"), ("failed", "30022"), ("undelivered", "30022")]


def _call(delivery: Delivery) -> SendAttempt:
    """Make the next call, and let it be under way."""
    left = begin_call.begin(claim(delivery))
    assert left is not None
    return left.attempt


def _take(delivery: Delivery) -> SendAttempt:
    """The provider takes the text."""
    attempt = _call(delivery)
    record_outcome.record(attempt, Accepted(new_sid(), "queued"))
    return SendAttempt.objects.get(pk=attempt.pk)


def _return(business: Business, delivery: Delivery, status: str = "failed", code: str = "30001") -> Delivery:
    assert business.report(delivery, status, error=code).status_code == 200
    return fresh(delivery)


def _minutes_to_next(delivery: Delivery) -> int:
    assert delivery.next_attempt_at is not None
    return round((delivery.next_attempt_at - timezone.now()) / MINUTE)


@pytest.mark.parametrize(("status", "code"), PROOFS)
def test_a_report_that_proves_it_unsent_queues_the_text_again(
    business: Business, status: str, code: str
) -> None:
    delivery = owner_says(business, "Hi")
    attempt = _take(delivery)
    before = mark()
    delivery = _return(business, delivery, status, code)
    assert (delivery.state, delivery.ready, delivery.retries) == ("queued", False, 1)
    assert _minutes_to_next(delivery) == 1
    assert (delivery.accepted_attempt, delivery.sent_at, delivery.ask_at) == (None, None, None)
    assert (delivery.status_rank, delivery.error_code) == (0, code)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == ("returned", code)
    assert verbs_since(before) == ["message.delivery.status_updated", "message.outbound.retry_attempted"]
    assert open_alerts(business) == []


def test_the_second_try_is_a_new_attempt_and_its_reports_count(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Hi"))
    first = simulator.wait_for_text(business.client_phone)
    _return(business, delivery)
    travel(delivery, MINUTE + timedelta(seconds=1))
    delivery = send(delivery)
    assert delivery.state == "sent"
    assert [one.state for one in delivery.attempts.order_by("number")] == ["returned", "accepted"]
    assert delivery.accepted_attempt is not None
    assert delivery.accepted_attempt.provider_sid != first.sid
    assert business.report(delivery, "delivered").status_code == 200
    assert (fresh(delivery).state, fresh(delivery).error_code) == ("delivered", "")


def test_returns_and_refusals_share_1_5_and_15_minutes_and_then_it_is_a_dead_letter(
    business: Business,
) -> None:
    delivery = owner_says(business, "Hi")
    before = mark()
    waits = []
    for n in range(3):
        if n == 1:
            record_outcome.record(_call(delivery), Refused(20429, "retry_later"))
            delivery = fresh(delivery)
        else:
            _take(delivery)
            delivery = _return(business, delivery)
        waits.append(_minutes_to_next(delivery))
        travel(delivery, waits[-1] * MINUTE + timedelta(seconds=1))
    assert waits == [1, 5, 15]
    _take(delivery)
    delivery = _return(business, delivery)
    assert (delivery.state, delivery.reason, delivery.is_dead_letter) == ("failed", "retries_exhausted", True)
    assert (delivery.accepted_attempt, delivery.error_code) == (None, "30001")
    assert "message.outbound.dead_lettered" in verbs_since(before)
    assert open_alerts(business) == [("delivery.dead_letter", "critical")]
    again = owner_actions.retry(delivery, by=business.owner, at=timezone.now())
    assert (again.state, again.retry_of) == ("queued", delivery)
    assert open_alerts(business) == []


@pytest.mark.parametrize(("status", "code"), [*PROOFS, ("delivered", ""), ("undelivered", "30003")])
def test_what_comes_late_or_twice_about_the_returned_attempt_changes_nothing(
    business: Business, status: str, code: str
) -> None:
    delivery = owner_says(business, "Hi")
    old = _take(delivery)
    before = _return(business, delivery)
    path = f"/webhooks/twilio/status/{old.token}"
    params = {
        "MessageSid": old.provider_sid,
        "MessageStatus": status,
        "AccountSid": business.account.sid,
        "From": delivery.sender,
        "To": delivery.recipient,
        **({"ErrorCode": code} if code else {}),
    }

    def _unchanged() -> bool:
        now = fresh(delivery)
        kept = ("state", "retries", "next_attempt_at", "reason", "status_rank")
        return all(getattr(now, name) == getattr(before, name) for name in kept)

    assert business.post(params, path=path).status_code == 200
    assert _unchanged()
    travel(delivery, 2 * MINUTE)
    new = _take(delivery)
    before = fresh(delivery)
    assert business.post({**params, "Again": "1"}, path=path).status_code == 200
    assert _unchanged()
    assert fresh(delivery).accepted_attempt == new


@pytest.mark.parametrize("arrived", ["delivered", "read", "partially_delivered"])
@pytest.mark.parametrize("first", ["arrived", "returned"])
def test_reports_that_contradict_each_other_never_send_it_again(
    business: Business, arrived: str, first: str
) -> None:
    """Both came before the answer to our call, so that they are read together."""
    delivery = owner_says(business, "Hi")
    attempt = _call(delivery)
    sid = new_sid()
    told = [(arrived, ""), ("failed", "30001")]
    for status, code in told if first == "arrived" else reversed(told):
        assert business.report(delivery, status, error=code, sid=sid).status_code == 200
    record_outcome.record(attempt, Accepted(sid, "queued"))
    assert fresh(delivery).state in ("delivered", "undelivered", "failed")
    attempt.refresh_from_db()
    assert attempt.state == "accepted"
    assert attempt.next_look_up_at is not None, "two final words: the provider is asked"


def test_after_a_final_word_the_proof_comes_too_late(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    _take(delivery)
    business.report(delivery, "undelivered", error="30003")
    delivery = _return(business, delivery, "undelivered", "30022")
    assert (delivery.state, delivery.error_code) == ("undelivered", "30003")


@pytest.mark.parametrize("code", ["30003", "30001"])
def test_a_code_that_comes_later_says_why(business: Business, code: str) -> None:
    delivery = owner_says(business, "Hi")
    _take(delivery)
    business.report(delivery, "undelivered")
    assert (fresh(delivery).state, fresh(delivery).error_code) == ("undelivered", "")
    before = mark()
    delivery = _return(business, delivery, "undelivered", code)
    assert (delivery.state, delivery.error_code) == ("undelivered", code)
    assert verbs_since(before) == ["message.delivery.status_updated"]
    delivery = _return(business, delivery, "undelivered", "30008")
    assert delivery.error_code == code, "the first reason stays"


def test_a_text_whose_fate_was_unknown_is_sent_again_once_a_report_proves_it_unsent(
    business: Business,
) -> None:
    delivery = owner_says(business, "Hi")
    attempt = _call(delivery)
    record_outcome.record(attempt, Unknown("read_timeout"))
    assert business.report(delivery, "failed", error="30001", sid=new_sid()).status_code == 200
    assert (fresh(delivery).state, fresh(delivery).retries) == ("queued", 1)
    record_outcome.record(attempt, Accepted(new_sid(), "queued"))
    assert fresh(delivery).state == "queued"


def test_a_report_before_the_answer_takes_effect_with_it(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    attempt = _call(delivery)
    sid = new_sid()
    business.report(delivery, "sent", sid=sid)
    business.report(delivery, "failed", error="30001", sid=sid)
    assert fresh(delivery).state == "sending"
    record_outcome.record(attempt, Accepted(sid, "queued"))
    assert (fresh(delivery).state, fresh(delivery).status_rank) == ("queued", 0)


def test_it_is_not_sent_again_while_another_attempt_may_have_arrived(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first was found late, while the second was being called: only the owner can know what the client has."""
    delivery = owner_says(business, "Hi")
    first = _call(delivery)
    record_outcome.record(first, Unknown("read_timeout"))
    monkeypatch.setattr(reconcile, "LOOK_AGAIN", ())
    monkeypatch.setattr(
        reconcile,
        "provider_of",
        lambda _: type("Books", (), {"list_texts": lambda *_, **__: []})(),
    )
    reconcile.look_up(SendAttempt.objects.select_related("account").get(pk=first.pk))
    owner_actions.send_again(fresh(delivery), by=business.owner, at=timezone.now() + 11 * MINUTE)
    second = _call(delivery)
    sid = new_sid()
    path = f"/webhooks/twilio/status/{first.token}"
    params = {
        "MessageSid": sid,
        "AccountSid": business.account.sid,
        "From": delivery.sender,
        "To": delivery.recipient,
    }
    business.post({**params, "MessageStatus": "sent"}, path=path)
    record_outcome.record(second, Accepted(new_sid(), "queued"))
    business.post({**params, "MessageStatus": "failed", "ErrorCode": "30001"}, path=path)
    assert (fresh(delivery).state, fresh(delivery).accepted_attempt_id) == ("failed", first.pk)


def test_what_is_asked_for_may_prove_it_too(business: Business, simulator: SimulatorClient) -> None:
    delivery = send(owner_says(business, "Hi"))
    text = simulator.wait_for_text(business.client_phone)
    simulator.wait_idle()
    simulator.report_status(text.sid, "undelivered", error_code=30022)
    Delivery.objects.filter(pk=delivery.pk).update(ask_at=timezone.now())
    status_polling.confirm()
    delivery = fresh(delivery)
    assert (delivery.state, delivery.error_code, delivery.ask_at) == ("queued", "30022", None)


def test_an_opt_out_in_between_stops_the_second_try(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    _take(delivery)
    business.text("STOP")
    _return(business, delivery)
    travel(delivery, 2 * MINUTE)
    assert begin_call.begin(claim(delivery)) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "opted_out")


def test_a_conversation_closed_in_between_stops_the_second_try(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    _take(delivery)
    threads.close_thread(delivery.thread, by=business.owner, at=timezone.now())
    _return(business, delivery)
    travel(delivery, 2 * MINUTE)
    assert begin_call.begin(claim(delivery)) is None
    assert (fresh(delivery).state, fresh(delivery).reason) == ("canceled", "thread_closed")


def test_a_sitters_text_whose_visit_was_taken_back_is_canceled_when_it_comes_back(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread)
    delivery = sitter_says(business, "We're at the park", thread=thread)
    _take(delivery)
    windows.cancel(window, by=business.owner, at=timezone.now())
    assert (fresh(delivery).state, fresh(delivery).revoked) == ("sent", "window_changed")
    before = mark()
    delivery = _return(business, delivery)
    assert (delivery.state, delivery.reason) == ("canceled", "window_changed")
    assert "message.outbound.canceled" in verbs_since(before)
    assert "message.outbound.retry_attempted" not in verbs_since(before)


def test_a_taken_back_visit_changes_nothing_for_a_text_that_arrives(business: Business) -> None:
    thread = business.thread()
    window = business.window(thread)
    delivery = sitter_says(business, "We're at the park", thread=thread)
    _take(delivery)
    windows.cancel(window, by=business.owner, at=timezone.now())
    business.report(delivery, "delivered")
    assert fresh(delivery).state == "delivered"


def test_a_relay_that_comes_back_too_often_becomes_the_owners(business: Business) -> None:
    thread = business.thread()
    business.window(thread)
    relayed = business.text("Is Biscuit eating?").deliveries.get()
    Delivery.objects.filter(pk=relayed.pk).update(retries=3)
    _take(relayed)
    _return(business, relayed)
    assert fresh(relayed).is_dead_letter
    assert ("relay.not_arrived", "warning") in open_alerts(business)
