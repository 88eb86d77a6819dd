"""Status callbacks: forward only, in any order, doubled, early, late, and from somebody else."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from messaging.models import (
    Delivery,
    DeliveryReport,
    MessageNumber,
    OptOut,
    SendAttempt,
    Thread,
    WebhookReceipt,
)
from messaging.outbound.outcome import record_outcome, states
from messaging.outbound.outcome.states import Standing, fold
from messaging.outbound.queue import begin_call
from messaging.outbound.recovery import reconcile
from messaging.providers.base import Accepted
from snoutos.devtools.twilio_sim.testing import SimulatorClient
from tests.business import Business, new_sid, open_business, stranger
from tests.messaging.outbound.steps import claim, fresh, mark, open_alerts, owner_says, send, verbs_since

pytestmark = pytest.mark.django_db

SID = "SM" + "7" * 32


def _sent(business: Business, body: str = "Hi", sid: str = "", *, thread: Thread | None = None) -> Delivery:
    """A text the provider has accepted."""
    delivery, left = _calling(business, body, thread)
    record_outcome.record(left, Accepted(sid or new_sid(), "queued"))
    return fresh(delivery)


def _calling(
    business: Business, body: str = "Hi", thread: Thread | None = None
) -> tuple[Delivery, SendAttempt]:
    delivery = owner_says(business, body, thread=thread)
    left = begin_call.begin(claim(delivery))
    assert left is not None
    return delivery, left.attempt


def _report(business: Business, delivery: Delivery, *statuses: str, error: str = "", sid: str = "") -> None:
    for status in statuses:
        assert business.report(delivery, status, error=error, sid=sid).status_code == 200


def test_early_reports_about_another_sid_do_not_count(business: Business) -> None:
    delivery, attempt = _calling(business)
    _report(business, delivery, "undelivered", sid="SM" + "8" * 32)
    record_outcome.record(attempt, Accepted(SID, "queued"))
    assert fresh(delivery).state == "sent"


def test_every_status_is_recorded_once(business: Business) -> None:
    delivery = _sent(business)
    before = mark()
    _report(business, delivery, "sent", "delivered", "delivered", "sent")
    assert verbs_since(before, verb__startswith="message.") == ["message.delivery.status_updated"]


def test_the_same_report_twice_is_kept_once(business: Business) -> None:
    delivery = _sent(business)
    _report(business, delivery, "sent", "sent", "delivered", "delivered")
    assert sorted(DeliveryReport.objects.values_list("status", flat=True)) == ["delivered", "sent"]


def test_read_comes_after_delivered_and_still_shows_as_delivered(business: Business) -> None:
    delivery = _sent(business)
    _report(business, delivery, "delivered", "read", "delivered")
    delivery = fresh(delivery)
    assert (delivery.state, delivery.status_rank) == ("delivered", 50)


@pytest.mark.parametrize(("status", "state"), [("undelivered", "undelivered"), ("failed", "failed")])
def test_what_was_not_delivered_is_alerted_explained_and_counts_against_the_number(
    business: Business, status: str, state: str
) -> None:
    delivery = _sent(business)
    _report(business, delivery, status, error="30003")
    delivery = fresh(delivery)
    assert (delivery.state, delivery.error_code, delivery.reason) == (state, "30003", f"provider_{status}")
    assert ("delivery.failed", "warning") in open_alerts(business)
    assert MessageNumber.objects.get(pk=business.front_desk.pk).health == "watch"


def test_three_failures_make_a_number_failing_and_each_change_is_recorded(business: Business) -> None:
    threads = [business.text("Hi", sender=stranger()).thread for _ in range(4)]
    before = mark()
    for thread in threads:
        _report(business, _sent(business, thread=thread), "undelivered", error="30003")
    assert MessageNumber.objects.get(pk=business.front_desk.pk).health == "failing"
    assert verbs_since(before, verb="number.health_changed") == ["number.health_changed"] * 2
    assert ("number.health", "warning") in open_alerts(business)


def test_an_opt_out_may_come_in_a_callback(business: Business) -> None:
    delivery = _sent(business)
    waiting = owner_says(business, "next")
    _report(business, delivery, "failed", error="21610")
    assert OptOut.objects.get(e164=business.client_phone).is_in_force
    assert (fresh(waiting).state, fresh(waiting).reason) == ("canceled", "opted_out")


def test_two_different_final_words_are_settled_by_asking(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Hi"))
    simulator.wait_for_text(business.client_phone)
    simulator.wait_idle()
    _report(business, delivery, "undelivered", error="30008")
    _report(business, delivery, "delivered")
    assert fresh(delivery).state == "undelivered"
    before = mark()
    reconcile.reconcile()
    assert fresh(delivery).state == "delivered"
    assert verbs_since(before) == sorted(
        ["message.delivery.status_updated", "alert.resolved", "number.health_changed", "alert.resolved"]
    )
    assert open_alerts(business) == []
    assert fresh(delivery).attempts.get().next_look_up_at is None


def test_the_question_stands_while_the_provider_cannot_be_asked(
    business: Business, simulator: SimulatorClient
) -> None:
    delivery = send(owner_says(business, "Hi"))
    simulator.wait_for_text(business.client_phone)
    simulator.wait_idle()
    _report(business, delivery, "undelivered", error="30008")
    _report(business, delivery, "delivered")
    simulator.set_faults(unavailable=1.0)
    reconcile.reconcile()
    attempt = delivery.attempts.get()
    assert attempt.next_look_up_at is not None
    simulator.clear_faults()
    reconcile.ask_status(attempt.pk)
    assert fresh(delivery).state == "delivered"


@pytest.mark.parametrize("path", ["status/no-such-token", "status"])
def test_without_a_token_of_ours_the_sid_says_which(business: Business, path: str) -> None:
    delivery = _sent(business)
    response = business.post(_params(business, delivery, "delivered"), path=f"/webhooks/twilio/{path}")
    assert response.status_code == 200
    assert fresh(delivery).state == "delivered"


def test_another_accounts_signature_is_refused(business: Business) -> None:
    delivery = _sent(business)
    attempt = delivery.attempts.get()
    other = open_business("Other")
    path = f"/webhooks/twilio/status/{attempt.token}"
    response = business.post(
        _params(business, delivery, "delivered"), path=path, token=other.account.auth_token
    )
    assert response.status_code == 403
    assert fresh(delivery).state == "sent"


def test_another_account_that_signs_for_itself_cannot_touch_our_attempt(business: Business) -> None:
    delivery = _sent(business)
    attempt = delivery.attempts.get()
    other = open_business("Other")
    params = {**_params(business, delivery, "failed"), "AccountSid": other.account.sid}
    for path in (f"/webhooks/twilio/status/{attempt.token}", "/webhooks/twilio/status"):
        other.post({**params, "ErrorCode": path[-1]}, path=path)
    assert fresh(delivery).state == "sent"
    assert not DeliveryReport.objects.exists()


def test_a_wrong_sid_changes_nothing(business: Business) -> None:
    delivery = _sent(business)
    _report(business, delivery, "failed", sid="SM" + "9" * 32)
    assert fresh(delivery).state == "sent"
    assert not DeliveryReport.objects.exists()


def test_the_sid_of_another_attempt_is_no_proof(business: Business) -> None:
    other = _sent(business, "one", sid=SID)
    delivery, attempt = _calling(business, "two")
    _report(business, delivery, "delivered", sid=SID)
    assert (fresh(delivery).state, fresh(other).state) == ("sending", "sent")
    assert WebhookReceipt.objects.filter(kind="status", state="unactionable").count() == 1
    record_outcome.record(attempt, Accepted("SM" + "6" * 32, "queued"))
    assert fresh(delivery).state == "sent"


def test_an_unknown_status_is_kept_and_changes_nothing(business: Business) -> None:
    delivery = _sent(business)
    _report(business, delivery, "teleported")
    assert fresh(delivery).state == "sent"
    assert DeliveryReport.objects.get().rank == 0


def test_reports_are_append_only(business: Business) -> None:
    _report(business, _sent(business), "delivered")
    for sql in ("UPDATE messaging_deliveryreport SET status = 'x'", "DELETE FROM messaging_deliveryreport"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert DeliveryReport.objects.get().status == "delivered"


def _params(business: Business, delivery: Delivery, status: str) -> dict[str, str]:
    return {
        "MessageSid": delivery.attempts.get().provider_sid,
        "MessageStatus": status,
        "AccountSid": business.account.sid,
        "From": delivery.sender,
        "To": delivery.recipient,
    }


known = st.sampled_from(sorted(states.RANKS))
FINAL = {"delivered", "undelivered", "failed"}


@given(st.lists(known), st.randoms(use_true_random=False))
def test_folding_gives_one_end_for_any_order_and_repetition(statuses: list[str], random: object) -> None:
    start = Standing("sent", 0)
    shuffled = [*statuses, *statuses]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = fold(start, statuses), fold(start, shuffled)
    final_words = {states.STATES[s] for s in statuses if s in states.STATES}
    assert one.ask == other.ask == (len(final_words) > 1)
    if not one.ask:
        assert one.standing == other.standing
        assert one.standing.rank == max(map(states.rank_of, statuses), default=0)
        assert one.standing.state == next(iter(final_words), "sent")


@given(st.lists(known))
def test_one_by_one_it_never_goes_back(statuses: list[str]) -> None:
    standing = Standing("sent", 0)
    for status in statuses:
        after = states.advance(standing, status).standing
        assert after.rank >= standing.rank
        if standing.state in FINAL:
            assert after.state == standing.state
        standing = after


@given(st.lists(known), st.lists(known))
def test_one_by_one_ends_where_folding_ends_unless_it_must_ask(early: list[str], late: list[str]) -> None:
    folded = fold(Standing("sent", 0), [*early, *late])
    halfway = fold(Standing("sent", 0), early).standing
    stepped = fold(halfway, late)
    if not folded.ask:
        assert stepped == folded
