"""An unknown outcome: looked up, found or parked, sent again only by the owner, proven late at any moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Alert
from messaging.consent import changes as consent
from messaging.errors import NotPossibleNow, OptedOut, TooEarly
from messaging.models import Delivery, SendAttempt
from messaging.outbound.outcome import record_outcome, unsent
from messaging.outbound.queue import begin_call
from messaging.outbound.recovery import owner_actions, reconcile, sweeps
from messaging.providers.base import Accepted, Refused, Rejected, RejectionKind, Unknown
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


def _accepted_but_unknown(business: Business, simulator: SimulatorClient, body: str = "Hi") -> Delivery:
    simulator.set_faults(fail_after={"count": 1})
    delivery = send(owner_says(business, body))
    assert delivery.state == "unknown"
    return delivery


def _never_there(business: Business, simulator: SimulatorClient, body: str = "Hi") -> Delivery:
    simulator.set_faults(fail_before={"count": 1})
    delivery = send(owner_says(business, body))
    assert delivery.state == "unknown"
    return delivery


def _look(delivery: Delivery, after: timedelta = 30 * MINUTE) -> Delivery:
    travel(delivery, after)
    # The call's time moves with the delivery's in `travel`, so that the provider's clock still fits.
    reconcile.reconcile()
    return fresh(delivery)


def _park(delivery: Delivery) -> Delivery:
    for _ in range(5):
        delivery = _look(delivery)
    assert delivery.state == "parked"
    return delivery


def test_a_text_the_provider_has_is_found_in_its_list(business: Business, simulator: SimulatorClient) -> None:
    delivery = _accepted_but_unknown(business, simulator, "Grüße  von\nBiscuit 🐶")
    before = mark()
    delivery = _look(delivery, timedelta(seconds=11))
    assert delivery.state == "sent"
    assert delivery.attempts.get().state == "accepted"
    (text,) = [t for t in simulator.phone_texts(business.client_phone) if t.body.startswith("Grüße")]
    assert delivery.attempts.get().provider_sid == text.sid
    assert verbs_since(before) == ["message.outbound.sent"]


def test_it_is_looked_up_after_ten_seconds_and_not_before(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _accepted_but_unknown(business, simulator)
    assert _look(delivery, timedelta(seconds=8)).state == "unknown"
    assert _look(delivery, timedelta(seconds=3)).state == "sent"


def test_another_texts_sid_is_never_taken(business: Business, simulator: SimulatorClient) -> None:
    first = send(owner_says(business, "Same words"))
    assert first.state == "sent"
    second = _never_there(business, simulator, "Same words")
    assert _look(second).state == "unknown"
    assert _park(second).state == "parked"


def test_another_body_is_never_taken(business: Business, simulator: SimulatorClient) -> None:
    thread = business.thread()
    delivery = _never_there(business, simulator, "My words")
    _other_system_sends(simulator, business, "Other words")
    assert thread
    assert _look(delivery).state == "unknown"


def _other_system_sends(simulator: SimulatorClient, business: Business, body: str) -> None:
    import requests

    requests.post(
        f"{simulator.base_url}/2010-04-01/Accounts/{business.account.sid}/Messages.json",
        data={"From": business.front_desk.e164, "To": business.client_phone, "Body": body},
        auth=(business.account.sid, business.account.auth_token),
        timeout=5,
    ).raise_for_status()


def test_an_older_text_of_the_same_words_is_not_it(business: Business, simulator: SimulatorClient) -> None:
    business.thread()
    _other_system_sends(simulator, business, "Same words")
    delivery = _never_there(business, simulator, "Same words")
    # As if our call had been made a quarter of an hour after the provider took the other one.
    SendAttempt.objects.filter(delivery=delivery).update(
        called_at=timezone.now() + 15 * MINUTE, next_look_up_at=timezone.now()
    )
    reconcile.reconcile()
    assert fresh(delivery).state == "unknown"


def test_not_found_after_five_looks_it_waits_for_the_owner(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _never_there(business, simulator)
    before = mark()
    for look in range(1, 6):
        delivery = _look(delivery)
        assert delivery.state == ("unknown" if look < 5 else "parked")
    assert delivery.attempts.get().state == "absent"
    assert verbs_since(before) == ["message.outbound.parked"]
    assert open_alerts(business) == [("delivery.parked", "warning")]


def test_the_looks_come_at_the_times_of_the_design(business: Business, simulator: SimulatorClient) -> None:
    delivery = _never_there(business, simulator)
    waits = []
    for _ in range(5):
        attempt = delivery.attempts.get()
        assert attempt.next_look_up_at is not None
        waits.append(round((attempt.next_look_up_at - timezone.now()).total_seconds()))
        _look(delivery, timedelta(seconds=waits[-1] + 1))
    assert waits == [10, 30, 120, 300, 600]


def test_a_provider_that_cannot_be_asked_is_no_evidence(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _never_there(business, simulator)
    simulator.set_faults(unavailable=1.0)
    for _ in range(8):
        assert _look(delivery).state == "unknown"
    assert delivery.attempts.get().looked_up == 0


def test_one_that_cannot_be_settled_does_not_keep_the_others(
    business: Business, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _accepted_but_unknown(business, simulator, "one")
    _two_minutes_pass(first)
    travel(first, 3 * MINUTE)
    second = _accepted_but_unknown(business, simulator, "two")
    broken, work = SendAttempt.objects.get(delivery=first).pk, reconcile.look_up

    def look_up(attempt: SendAttempt) -> None:
        if attempt.pk == broken:
            raise RuntimeError
        work(attempt)

    monkeypatch.setattr(reconcile, "look_up", look_up)
    assert _look(second).state == "sent"
    assert fresh(first).state == "unknown"


def test_send_again_is_offered_ten_minutes_after_the_call(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    called = timezone.now()
    SendAttempt.objects.filter(delivery=delivery).update(called_at=called)
    with pytest.raises(TooEarly):
        owner_actions.send_again(delivery, by=business.owner, at=called + 10 * MINUTE - timedelta(seconds=1))
    released = owner_actions.send_again(delivery, by=business.owner, at=called + 10 * MINUTE)
    assert released.state == "queued"


def test_sent_again_it_goes_out_once_and_the_alert_is_over(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    before = mark()
    owner_actions.send_again(delivery, by=business.owner, at=timezone.now())
    assert send(delivery).state == "sent"
    assert [a.state for a in delivery.attempts.order_by("number")] == ["absent", "accepted"]
    assert verbs_since(before) == ["alert.resolved", "message.outbound.released", "message.outbound.sent"]
    assert len([t for t in simulator.phone_texts(business.client_phone) if t.body == "Hi"]) == 1
    assert open_alerts(business) == []


def test_left_it_is_never_sent(business: Business, simulator: SimulatorClient) -> None:
    delivery = _park(_never_there(business, simulator))
    before = mark()
    left = owner_actions.leave(delivery, by=business.owner, at=timezone.now())
    assert (left.state, left.reason, left.decided_by) == ("canceled", "left_by_owner", business.owner)
    assert verbs_since(before) == ["alert.resolved", "message.outbound.canceled", "message.outbound.left"]
    assert send(delivery).state == "canceled"
    with pytest.raises(NotPossibleNow):
        owner_actions.send_again(delivery, by=business.owner, at=timezone.now())


def test_what_is_not_parked_is_neither_released_nor_left(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _accepted_but_unknown(business, simulator)
    for verb in (owner_actions.send_again, owner_actions.leave):
        with pytest.raises(NotPossibleNow):
            verb(delivery, by=business.owner, at=timezone.now())


def test_after_an_opt_out_a_parked_text_is_not_sent_again(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    consent.opt_out(business.organization, business.client_phone, by=business.owner, at=timezone.now())
    with pytest.raises(OptedOut):
        owner_actions.send_again(delivery, by=business.owner, at=timezone.now())
    assert fresh(delivery).state == "parked"


def _proof(business: Business, delivery: Delivery, sid: str, status: str = "delivered") -> None:
    attempt = delivery.attempts.earliest("number")
    params = {
        "MessageSid": sid,
        "MessageStatus": status,
        "AccountSid": business.account.sid,
        "From": delivery.sender,
        "To": delivery.recipient,
    }
    path = f"/webhooks/twilio/status/{attempt.token}"
    assert business.post(params, path=path).status_code == 200


def test_a_callback_is_proof_for_an_unknown_attempt(business: Business, simulator: SimulatorClient) -> None:
    delivery = _never_there(business, simulator)
    _proof(business, delivery, "SM" + "a" * 32, "sent")
    delivery = fresh(delivery)
    assert delivery.state == "sent"
    assert delivery.attempts.get().provider_sid == "SM" + "a" * 32


def test_a_callback_before_our_call_came_back_waits_and_is_proof_when_it_breaks(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    _proof(business, delivery, "SM" + "b" * 32)
    assert fresh(delivery).state == "sending"
    record_outcome.record(left.attempt, Unknown("read_timeout"))
    assert fresh(delivery).state == "delivered"
    assert delivery.attempts.get().state == "accepted"


def test_late_proof_of_a_parked_text_ends_the_owners_alert(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    _proof(business, delivery, "SM" + "c" * 32)
    delivery = fresh(delivery)
    assert (delivery.state, delivery.attempts.get().state) == ("delivered", "accepted_late")
    assert open_alerts(business) == []


def test_late_proof_of_a_text_the_owner_left_shows_it_as_sent(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    owner_actions.leave(delivery, by=business.owner, at=timezone.now())
    _proof(business, delivery, "SM" + "d" * 32, "sent")
    delivery = fresh(delivery)
    assert (delivery.state, delivery.reason, delivery.finished_at) == ("sent", "", None)


def test_late_proof_while_it_is_queued_again_keeps_it_from_leaving(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = _park(_never_there(business, simulator))
    owner_actions.send_again(delivery, by=business.owner, at=timezone.now())
    _proof(business, delivery, "SM" + "e" * 32)
    assert send(delivery).state == "delivered"
    assert simulator.phone_texts(business.client_phone) == []


def _released_and_claimed(business: Business, simulator: SimulatorClient) -> tuple[Delivery, SendAttempt]:
    delivery = _park(_never_there(business, simulator))
    owner_actions.send_again(delivery, by=business.owner, at=timezone.now())
    return delivery, claim(delivery)


def test_late_proof_while_a_second_attempt_is_claimed_abandons_it(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery, second = _released_and_claimed(business, simulator)
    _proof(business, delivery, "SM" + "f" * 32)
    assert begin_call.begin(second) is None
    assert [a.state for a in delivery.attempts.order_by("number")] == ["accepted_late", "abandoned"]
    assert fresh(delivery).state == "delivered"
    assert open_alerts(business) == []


OUTCOMES = [
    (Accepted("SM" + "1" * 32, "queued"), "accepted"),
    (Refused(20429, "retry_later"), "refused"),
    (Rejected(30006, RejectionKind.UNTEXTABLE, "no"), "rejected"),
    (Unknown("read_timeout"), "unknown"),
]


@pytest.mark.parametrize(("outcome", "state"), OUTCOMES, ids=[state for _, state in OUTCOMES])
def test_late_proof_during_a_second_call_alerts_and_the_first_sid_stays(
    business: Business, simulator: SimulatorClient, outcome: object, state: str
) -> None:
    delivery, second = _released_and_claimed(business, simulator)
    left = begin_call.begin(second)
    assert left is not None
    _proof(business, delivery, "SM" + "2" * 32)
    assert open_alerts(business) == [("delivery.sent_twice", "critical")]
    record_outcome.record(left.attempt, outcome)  # type: ignore[arg-type]
    delivery = fresh(delivery)
    assert delivery.state == "delivered"
    assert delivery.accepted_attempt is not None
    assert delivery.accepted_attempt.provider_sid == "SM" + "2" * 32
    assert SendAttempt.objects.get(pk=second.pk).state == state
    assert Alert.objects.filter(kind="delivery.sent_twice").count() == 1


def test_late_proof_after_the_second_went_out_tells_the_owner_too(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery, second = _released_and_claimed(business, simulator)
    left = begin_call.begin(second)
    assert left is not None
    record_outcome.record(left.attempt, Accepted("SM" + "3" * 32, "queued"))
    _proof(business, delivery, "SM" + "4" * 32)
    assert open_alerts(business) == [("delivery.sent_twice", "critical")]
    accepted = fresh(delivery).accepted_attempt
    assert accepted is not None
    assert accepted.provider_sid == "SM" + "3" * 32


def test_an_answer_after_the_reaper_gave_the_call_up_still_counts(business: Business) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    travel(delivery, 2 * MINUTE)
    assert fresh(delivery).state == "unknown"
    record_outcome.record(left.attempt, Accepted("SM" + "5" * 32, "queued"))
    assert fresh(delivery).state == "sent"


@pytest.mark.parametrize("outcome", [o for o, s in OUTCOMES if s != "accepted"])
def test_no_other_answer_counts_after_the_reaper_gave_the_call_up(
    business: Business, outcome: object
) -> None:
    delivery = owner_says(business, "Hi")
    left = begin_call.begin(claim(delivery))
    assert left is not None
    travel(delivery, 2 * MINUTE)
    record_outcome.record(left.attempt, outcome)  # type: ignore[arg-type]
    assert fresh(delivery).state == "unknown"


def test_an_expired_claim_is_given_up_and_queued_again(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = owner_says(business, "Hi")
    attempt = claim(delivery)
    travel(delivery, timedelta(seconds=80))
    assert fresh(delivery).state == "sending"
    travel(delivery, timedelta(seconds=20))
    assert fresh(delivery).state == "queued"
    assert begin_call.begin(attempt) is None
    assert send(delivery).state == "sent"
    assert [a.state for a in delivery.attempts.order_by("number")] == ["abandoned", "accepted"]


def test_a_call_that_never_came_back_is_unknown_and_found(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = owner_says(business, "Hi")
    begin_call.begin(claim(delivery))
    _other_system_sends(simulator, business, "Hi")  # the call got through before the worker died
    travel(delivery, 2 * MINUTE)
    delivery = fresh(delivery)
    assert (delivery.state, delivery.attempts.get().reason) == ("unknown", "worker_lost")
    assert _look(delivery).state == "sent"


def test_one_lease_that_cannot_be_reaped_does_not_keep_the_others(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = owner_says(business, "one")
    broken = claim(first)
    other = business.thread()
    business.window(other)
    relayed = business.text("For Ana").deliveries.get()
    claim(relayed)
    work = unsent.abandon

    def abandon(attempt: SendAttempt) -> None:
        if attempt.pk == broken.pk:
            raise RuntimeError
        work(attempt)

    monkeypatch.setattr(unsent, "abandon", abandon)
    travel(first, 2 * MINUTE)
    travel(relayed, 2 * MINUTE)
    assert fresh(relayed).state == "queued"


def test_an_unknown_attempt_yields_its_lane_after_two_minutes_but_not_to_the_same_words(
    business: Business, simulator: SimulatorClient
) -> None:
    stuck = _never_there(business, simulator, "Same")
    other, same = owner_says(business, "Other"), owner_says(business, "Same")
    assert send(other).state == "queued"
    SendAttempt.objects.filter(delivery=stuck).update(lane_yielded=False)
    sweeps.sweep()
    assert send(other).state == "queued"
    _two_minutes_pass(stuck)
    assert send(other).state == "sent"
    assert fresh(same).state == "queued"
    _park(stuck)
    assert send(same).state == "sent"


def _two_minutes_pass(delivery: Delivery) -> None:
    """`unknown_at` never changes, so it is the limit that moves."""
    previous = sweeps.LANE_YIELDS_AFTER
    sweeps.LANE_YIELDS_AFTER = timedelta(0)
    try:
        sweeps.sweep()
    finally:
        sweeps.LANE_YIELDS_AFTER = previous
    assert delivery.attempts.get().lane_yielded
