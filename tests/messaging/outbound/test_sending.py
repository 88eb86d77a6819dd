"""Sending against the simulated provider: success, refusals and their retries, final errors, stopped accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Alert
from messaging.errors import NobodyThere, NotPossibleNow, OptedOut
from messaging.models import Delivery, OptOut, Participant, ProviderAccount, SendAttempt
from messaging.models.deliveries import Authority
from messaging.outbound.outcome import record_outcome
from messaging.outbound.queue import begin_call, claims, outbox, sending
from messaging.outbound.recovery import owner_actions
from messaging.providers.base import Refused
from messaging.wording import deliveries as wording
from policy.models import Action
from policy.screen import Clearance, NotClearedError, Verdict, cleared
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business
from tests.messaging.outbound.steps import (
    claim,
    fresh,
    mark,
    open_alerts,
    owner_says,
    send,
    travel,
    verbs_since,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def _posts(simulator: SimulatorClient) -> int:
    return sum(call["method"] == "POST" for call in simulator.calls("Messages.json"))


def test_a_text_reaches_the_phone_from_the_threads_number(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Biscuit says hi 🐶"))
    assert delivery.state == "sent"
    attempt = delivery.accepted_attempt
    assert attempt is not None
    assert attempt.state == "accepted"
    text = simulator.wait_for_text(business.client_phone)
    assert (text.sid, text.sender, text.body) == (
        attempt.provider_sid,
        business.front_desk.e164,
        "Biscuit says hi 🐶",
    )


def test_the_provider_is_told_where_to_report_with_the_attempts_token(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Hi"))
    attempt = delivery.attempts.get()
    params = simulator.calls("Messages.json")[-1]["params"]
    assert params["StatusCallback"] == f"http://testserver/webhooks/twilio/status/{attempt.token}"


def test_a_success_is_recorded_once(business: Business, simulator: SimulatorClient) -> None:
    delivery = owner_says(business, "Hi")
    before = mark()
    send(delivery)
    send(delivery)
    assert verbs_since(before) == ["message.outbound.sent"]
    assert _posts(simulator) == 1


def test_after_429_it_is_tried_again_in_a_minute_and_not_before(
    business: Business, simulator: SimulatorClient
) -> None:
    simulator.set_faults(rate429={"count": 1})
    delivery = send(owner_says(business, "Hi"))
    assert (delivery.state, delivery.ready, delivery.retries) == ("queued", False, 1)
    wait = (delivery.next_attempt_at or timezone.now()) - timezone.now()
    assert 55 < wait.total_seconds() <= 60
    travel(delivery, 50 * timedelta(seconds=1))
    assert send(delivery).state == "queued"
    travel(delivery, 15 * timedelta(seconds=1))
    delivery = send(delivery)
    assert delivery.state == "sent"
    assert [a.state for a in delivery.attempts.order_by("number")] == ["refused", "accepted"]
    assert len([t for t in simulator.phone_texts(business.client_phone) if t.body == "Hi"]) == 1


def test_retries_come_after_1_5_and_15_minutes_and_then_it_is_a_dead_letter(
    business: Business, simulator: SimulatorClient
) -> None:
    simulator.set_faults(rate429=1.0)
    delivery = owner_says(business, "Hi")
    before = mark()
    waits = []
    for _ in range(3):
        delivery = send(delivery)
        assert delivery.state == "queued"
        assert delivery.next_attempt_at is not None
        waits.append(round((delivery.next_attempt_at - timezone.now()).total_seconds() / 60))
        travel(delivery, waits[-1] * MINUTE + timedelta(seconds=1))
    assert waits == [1, 5, 15]
    delivery = send(delivery)
    assert (delivery.state, delivery.reason, delivery.is_dead_letter) == ("failed", "retries_exhausted", True)
    assert verbs_since(before) == [
        "message.outbound.dead_lettered",
        *["message.outbound.retry_attempted"] * 3,
    ]
    assert open_alerts(business) == [("delivery.dead_letter", "critical")]
    assert _posts(simulator) == 4


def test_a_connection_that_was_never_made_is_retried(business: Business, settings: object) -> None:
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    delivery = send(owner_says(business, "Hi"))
    assert (delivery.state, delivery.retries) == ("queued", 1)
    assert delivery.attempts.get().reason == "connection_refused"


def test_a_manual_retry_is_a_new_delivery_that_names_the_old_one(
    business: Business, simulator: SimulatorClient
) -> None:
    dead = _dead_letter(business, simulator)
    simulator.clear_faults()
    again = owner_actions.retry(dead, by=business.owner, at=timezone.now())
    assert again.retry_of == dead
    assert again.pk != dead.pk
    assert send(again).state == "sent"
    assert fresh(dead).state == "failed"
    assert open_alerts(business) == []


def test_a_dead_letter_is_retried_by_hand_only_once(business: Business, simulator: SimulatorClient) -> None:
    dead = _dead_letter(business, simulator)
    owner_actions.retry(dead, by=business.owner, at=timezone.now())
    with pytest.raises(NotPossibleNow):
        owner_actions.retry(dead, by=business.owner, at=timezone.now())
    assert Delivery.objects.filter(retry_of=dead).count() == 1


def test_what_is_still_on_its_way_is_not_retried_by_hand(
    business: Business, simulator: SimulatorClient
) -> None:
    with pytest.raises(NotPossibleNow):
        owner_actions.retry(owner_says(business, "Hi"), by=business.owner, at=timezone.now())


def test_a_manual_retry_to_a_sitter_who_left_never_goes_to_the_client(
    business: Business, simulator: SimulatorClient
) -> None:
    thread = business.thread()
    business.window(thread)
    relayed = business.text("Is Biscuit eating?").deliveries.get()
    simulator.set_faults(error={"count": 1, "code": 30006})
    assert send(relayed).state == "failed"
    Participant.objects.filter(pk=relayed.participant_id).update(left_at=timezone.now())
    with pytest.raises(NobodyThere):
        owner_actions.retry(fresh(relayed), by=business.owner, at=timezone.now())
    assert not Delivery.objects.filter(retry_of=relayed).exists()


def _dead_letter(business: Business, simulator: SimulatorClient) -> Delivery:
    simulator.set_faults(rate429=1.0)
    delivery = owner_says(business, "Hi")
    Delivery.objects.filter(pk=delivery.pk).update(retries=3)
    delivery = send(delivery)
    assert delivery.is_dead_letter
    return delivery


@pytest.mark.parametrize("code", [21211, 21614, 21606, 21408, 30006, 30007, 30034, 21617, 12345])
def test_a_final_error_is_explained_and_not_retried(
    business: Business, simulator: SimulatorClient, code: int
) -> None:
    simulator.set_faults(error={"count": 1, "code": code})
    before = mark()
    delivery = send(owner_says(business, "Hi"))
    assert (delivery.state, delivery.error_code) == ("failed", str(code))
    assert delivery.reason
    assert wording.of(delivery) is not None
    assert "message.outbound.failed" in verbs_since(before)
    assert open_alerts(business) == [("delivery.failed", "warning")]
    travel(delivery, 60 * MINUTE)
    assert send(delivery).state == "failed"
    assert _posts(simulator) == 1


def test_21610_counts_as_an_opt_out_for_the_whole_business(
    business: Business, simulator: SimulatorClient
) -> None:
    simulator.set_faults(error={"count": 1, "code": 21610})
    first, second = owner_says(business, "one"), owner_says(business, "two")
    before = mark()
    delivery = send(first)
    assert (delivery.state, delivery.reason) == ("failed", "opted_out")
    assert (fresh(second).state, fresh(second).reason) == ("canceled", "opted_out")
    opt_out = OptOut.objects.get(organization=business.organization, e164=business.client_phone)
    assert (opt_out.is_in_force, opt_out.source) == (True, "provider")
    assert verbs_since(before) == [
        "consent.opted_out",
        "message.outbound.canceled",
        "message.outbound.failed",
    ]
    with pytest.raises(OptedOut):
        owner_actions.retry(delivery, by=business.owner, at=timezone.now())


def test_refused_credentials_stop_the_account_and_burn_no_retry(
    business: Business, simulator: SimulatorClient
) -> None:
    business.thread()
    ProviderAccount.objects.filter(pk=business.account.pk).update(auth_token="old")
    first, second = owner_says(business, "one"), owner_says(business, "two")
    before = mark()
    delivery = send(first)
    assert (delivery.state, delivery.retries) == ("queued", 0)
    account = ProviderAccount.objects.get(pk=business.account.pk)
    assert (account.line_state, account.line_stopped_code) == ("stopped", "20003")
    assert verbs_since(before) == ["account.circuit_opened"]
    assert open_alerts(business) == [("account.credentials", "critical")]
    assert send(second).state == "queued"
    assert _posts(simulator) == 1


def test_a_stopped_account_opens_once_the_provider_takes_its_credentials(
    business: Business, simulator: SimulatorClient
) -> None:
    business.thread()
    right = business.account.auth_token
    ProviderAccount.objects.filter(pk=business.account.pk).update(auth_token="old")
    delivery = send(owner_says(business, "waits"))
    with pytest.raises(owner_actions.StillRefused):
        owner_actions.reopen(business.account, by=business.owner, at=timezone.now())
    assert ProviderAccount.objects.get(pk=business.account.pk).line_state == "stopped"
    account = ProviderAccount.objects.get(pk=business.account.pk)
    account.auth_token = right
    account.save()
    before = mark()
    assert owner_actions.reopen(account, by=business.owner, at=timezone.now()).line_state == "open"
    assert verbs_since(before) == ["account.circuit_closed", "alert.resolved"]
    assert open_alerts(business) == []
    assert send(delivery).state == "sent"


def test_opening_an_open_account_changes_nothing(business: Business, simulator: SimulatorClient) -> None:
    before = mark()
    owner_actions.reopen(business.account, by=business.owner, at=timezone.now())
    assert verbs_since(before) == []


def test_an_unreachable_provider_leaves_the_account_stopped(business: Business, settings: object) -> None:
    settings.TWILIO_API_BASE_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    ProviderAccount.objects.filter(pk=business.account.pk).update(line_state="stopped")
    with pytest.raises(owner_actions.ProviderUnreachable):
        owner_actions.reopen(business.account, by=business.owner, at=timezone.now())
    assert ProviderAccount.objects.get(pk=business.account.pk).line_state == "stopped"


UNKNOWN_FAULTS = [
    {"fail_after": {"count": 1}},
    {"fail_before": {"count": 1}},
    {"reset_after": {"count": 1}},
    {"no_sid": {"count": 1}},
    {"not_json": {"count": 1}},
    {"hang_after": {"count": 1, "seconds": 3}},
    {"unavailable": {"count": 1}},
]


@pytest.mark.parametrize("fault", UNKNOWN_FAULTS, ids=lambda fault: next(iter(fault)))
def test_an_unclear_answer_is_unknown_and_never_sent_again(
    business: Business, simulator: SimulatorClient, settings: object, fault: dict[str, object]
) -> None:
    settings.PROVIDER_READ_TIMEOUT = 0.3  # type: ignore[attr-defined]
    simulator.set_faults(**fault)
    before = mark()
    delivery = send(owner_says(business, "Hi"))
    assert delivery.state == "unknown"
    assert verbs_since(before, verb__startswith="message.outbound") == [
        "message.outbound.queued",
        "message.outbound.unknown",
    ]
    for _ in range(3):
        travel(delivery, 3 * MINUTE)
        assert send(delivery).state == "unknown"
    assert _posts(simulator) == 1
    assert SendAttempt.objects.filter(delivery=delivery).count() == 1


def test_a_claim_whose_lease_is_nearly_over_does_not_call(
    business: Business, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody called, so nobody needs to be asked: it is queued again, and no retry is used up."""
    with monkeypatch.context() as patched:
        patched.setattr(sending, "CALL_WITHIN_SECONDS", -1.0)
        delivery = owner_says(business, "Hi")
        claims.wake(delivery.line_id)
        sending.dispatch(delivery.line_id, at_most=1)
    delivery = fresh(delivery)
    assert (delivery.state, delivery.retries) == ("queued", 0)
    assert [(a.state, a.reason) for a in delivery.attempts.all()] == [("refused", "lease_nearly_over")]
    assert _posts(simulator) == 0
    assert send(delivery).state == "sent"
    assert _posts(simulator) == 1


def test_a_call_that_was_not_made_and_was_given_up_meanwhile_stays_unknown(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    travel(delivery, timedelta(seconds=91))
    record_outcome.record(left.attempt, Refused(None, "lease_nearly_over", counts=False))
    assert fresh(delivery).state == "unknown"


def test_only_a_clearance_is_queued(business: Business) -> None:
    business.thread()
    message = owner_says(business, "Hi").message
    party = Participant.objects.get(thread=message.thread)
    raw: Any = "raw text"
    permit = outbox.Permit(authority=Authority.OWNER)
    with pytest.raises(AttributeError):
        outbox.enqueue(message, raw, to=party, permit=permit, at=timezone.now())
    assert Delivery.objects.filter(message=message).count() == 1


def test_a_held_verdict_gives_no_clearance() -> None:
    with pytest.raises(NotClearedError):
        cleared("text", Verdict(Action.HOLD, ()))
    assert cleared("text", Verdict(Action.ALLOW, ())) == Clearance("text", "screening")


def test_a_lane_holds_one_text_at_a_time_until_it_is_settled(
    business: Business, simulator: SimulatorClient
) -> None:
    first, second = owner_says(business, "one"), owner_says(business, "two")
    claim(first)
    assert send(second).state == "queued"
    assert Alert.objects.count() == 0
