"""What the database refuses about deliveries, attempts, reports, lines, windows and overrides, each by name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from messaging.models import (
    AssignmentWindow,
    Delivery,
    DeliveryReport,
    RoutingOverride,
    SendAttempt,
    SendingLine,
)
from messaging.models.deliveries import AttemptState, DeliveryState
from tests.business import Business, another_client, new_sid, open_business
from tests.constraints import breaks
from tests.messaging.outbound.steps import claim, owner_says
from tests.worlds import world

pytestmark = pytest.mark.django_db


@dataclass
class Claimed:
    """A text that a worker claimed."""

    business: Business
    delivery: Delivery
    attempt: SendAttempt


def _claimed() -> Claimed:
    business = open_business()
    delivery = owner_says(business, "Hi")
    attempt = claim(delivery)
    delivery.refresh_from_db()
    return Claimed(business, delivery, attempt)


claimed = world(_claimed)


@pytest.fixture
def business(claimed: Claimed) -> Business:
    return claimed.business


@pytest.fixture
def delivery(claimed: Claimed) -> Delivery:
    return claimed.delivery


@pytest.fixture
def attempt(claimed: Claimed) -> SendAttempt:
    return claimed.attempt


@pytest.fixture
def waiting(business: Business) -> Delivery:
    """A text that nobody claimed."""
    return owner_says(business, "Hello")


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """The database refuses what happens inside, by that name."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the guards of moves, to reach what they guard or what lies behind them."""
    _guards("DISABLE")
    yield
    _guards("ENABLE")


def _guards(verb: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
        cursor.execute("RESET ROLE")
        cursor.execute(f"ALTER TABLE messaging_delivery {verb} TRIGGER guard_delivery")
        cursor.execute(f"ALTER TABLE messaging_sendattempt {verb} TRIGGER guard_attempt")
        cursor.execute(f"SET ROLE {connection.ops.quote_name(role)}")


def put(row: Model, **columns: Any) -> None:
    """Change columns behind the guards' back."""
    with unguarded():
        type(row)._default_manager.filter(pk=row.pk).update(**columns)


def change(row: Model, **columns: Any) -> None:
    """Change columns as anybody could."""
    type(row)._default_manager.filter(pk=row.pk).update(**columns)


# Moves of a delivery, every pair.

DELIVERY_MOVES = {
    ("queued", "sending"),
    ("queued", "canceled"),
    ("sending", "queued"),
    ("sending", "sent"),
    ("sending", "failed"),
    ("sending", "unknown"),
    ("unknown", "sent"),
    ("unknown", "parked"),
    ("parked", "queued"),
    ("parked", "canceled"),
    ("sent", "delivered"),
    ("sent", "undelivered"),
    ("sent", "failed"),
    ("delivered", "undelivered"),
    ("delivered", "failed"),
    ("undelivered", "delivered"),
    ("undelivered", "failed"),
}
LATE = {("queued", "sent"), ("parked", "sent"), ("canceled", "sent"), ("failed", "sent")}
ACCEPTED = {"sent", "delivered", "undelivered"}
DELIVERY_PAIRS = sorted(itertools.permutations(DeliveryState.values, 2))


def _delivery_in(delivery: Delivery, attempt: SendAttempt, state: str) -> None:
    put(
        delivery,
        state=state,
        reason="because",
        accepted_attempt=attempt if state in ACCEPTED else None,
        current_attempt=attempt,
    )


def _move(delivery: Delivery, attempt: SendAttempt, state: str) -> None:
    columns: dict[str, Any] = {"accepted_attempt": attempt} if state in ACCEPTED else {}
    change(delivery, state=state, **columns)


@breaks("delivery_moves_forward_only", "delivery_sent_late_needs_late_proof")
@pytest.mark.parametrize(("before", "after"), DELIVERY_PAIRS, ids="-".join)
def test_a_delivery_makes_only_the_moves_of_the_design(
    delivery: Delivery, attempt: SendAttempt, before: str, after: str
) -> None:
    put(attempt, state="accepted", provider_sid=new_sid())
    _delivery_in(delivery, attempt, before)
    if (before, after) in DELIVERY_MOVES:
        _move(delivery, attempt, after)
        assert Delivery.objects.get(pk=delivery.pk).state == after
        return
    name = "delivery_moves_forward_only"
    if (before, after) in LATE:
        name = "delivery_sent_late_needs_late_proof"
    if (before, after) == ("sent", "queued"):
        name = "delivery_queued_again_only_when_returned"
    if (before, after) == ("sending", "canceled"):
        name = "delivery_canceled_in_flight_only_when_abandoned"
    with refused(name):
        _move(delivery, attempt, after)


@pytest.mark.parametrize(("before", "after"), sorted(LATE), ids="-".join)
def test_late_proof_makes_a_delivery_sent(
    delivery: Delivery, attempt: SendAttempt, before: str, after: str
) -> None:
    put(attempt, state="accepted_late", provider_sid=new_sid(), unknown_at=timezone.now())
    _delivery_in(delivery, attempt, before)
    _move(delivery, attempt, after)
    assert Delivery.objects.get(pk=delivery.pk).state == "sent"


@breaks("delivery_canceled_in_flight_only_when_abandoned")
@pytest.mark.parametrize("state", AttemptState.values)
def test_a_delivery_in_flight_is_canceled_only_when_its_attempt_was_abandoned(
    delivery: Delivery, attempt: SendAttempt, state: str
) -> None:
    put(attempt, state=state, provider_sid=new_sid(), unknown_at=timezone.now())
    if state == "abandoned":
        change(delivery, state="canceled", reason="opted_out")
        return
    with refused("delivery_canceled_in_flight_only_when_abandoned"):
        change(delivery, state="canceled", reason="opted_out")


def test_a_rejected_delivery_never_turns_into_a_delivered_one(
    delivery: Delivery, attempt: SendAttempt
) -> None:
    put(attempt, state="rejected")
    put(delivery, state="failed", reason="untextable")
    with refused("delivery_moves_forward_only"):
        change(delivery, state="delivered", accepted_attempt=attempt)


@breaks("delivery_begins_queued")
def test_a_delivery_begins_queued(delivery: Delivery, attempt: SendAttempt) -> None:
    columns = {**_as_columns(delivery), "reason": "x", "accepted_attempt_id": attempt.pk}
    for state in set(DeliveryState.values) - {"queued"}:
        with refused("delivery_begins_queued"):
            Delivery.objects.create(**{**columns, "state": state})


FROZEN: dict[str, Any] = {
    "sender": "+16285550199",
    "recipient": "+16195550199",
    "body_hash": "0" * 64,
    "authority": "rule",
    "body": "Other words",
    "media_count": 3,
    "retry_of_id": "self",
    "thread_id": "other",
    "message_id": "other",
    "participant_id": "other",
    "line_id": "other",
}


@breaks("delivery_is_frozen")
@pytest.mark.parametrize("column", FROZEN)
def test_what_decides_where_a_text_goes_is_frozen(business: Business, waiting: Delivery, column: str) -> None:
    value = FROZEN[column]
    if value == "self":
        value = waiting.pk
    elif value == "other":
        value = getattr(_elsewhere(business), column)
    with refused("delivery_is_frozen"):
        change(waiting, **{column: value})


def _elsewhere(business: Business) -> Delivery:
    from messaging.people import starting
    from messaging.people.starting import Whom

    client, _ = another_client(business)
    thread = starting.start(
        Whom(client=client), number=business.sitter_number, by=business.owner, at=timezone.now()
    ).thread
    return owner_says(business, "Elsewhere", thread=thread)


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_the_body_of_a_finished_delivery_can_be_erased(
    delivery: Delivery, attempt: SendAttempt, state: str
) -> None:
    _delivery_in(delivery, attempt, state)
    change(delivery, body="")
    assert Delivery.objects.get(pk=delivery.pk).body == ""


@breaks("delivery_keeps_its_first_accepted_attempt")
def test_the_first_accepted_attempt_stays(delivery: Delivery, attempt: SendAttempt) -> None:
    put(attempt, state="accepted", provider_sid=new_sid())
    put(delivery, state="sent", accepted_attempt=attempt)
    for other in (None, _second(attempt, state="accepted", provider_sid=new_sid())):
        with refused("delivery_keeps_its_first_accepted_attempt"):
            change(delivery, accepted_attempt=other)


@breaks(
    "delivery_has_a_known_state",
    "delivery_sent_has_accepted_attempt",
    "delivery_sending_has_claim",
    "delivery_queued_has_due_time",
    "delivery_failed_has_reason",
)
@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("delivery_has_a_known_state", {"state": "flying"}),
        ("delivery_sent_has_accepted_attempt", {"state": "sent"}),
        ("delivery_sent_has_accepted_attempt", {"state": "delivered"}),
        ("delivery_sent_has_accepted_attempt", {"state": "undelivered", "reason": "x"}),
        ("delivery_sending_has_claim", {"state": "sending"}),
        ("delivery_queued_has_due_time", {"next_attempt_at": None}),
        ("delivery_failed_has_reason", {"state": "failed"}),
        ("delivery_failed_has_reason", {"state": "canceled"}),
    ],
)
def test_a_deliverys_columns_agree_with_its_state(
    waiting: Delivery, constraint: str, columns: dict[str, Any]
) -> None:
    with refused(constraint):
        put(waiting, **columns)


def test_an_undelivered_one_says_why(delivery: Delivery, attempt: SendAttempt) -> None:
    with refused("delivery_failed_has_reason"):
        put(delivery, state="undelivered", accepted_attempt=attempt)


# Moves of an attempt, every pair.

ATTEMPT_MOVES = {
    ("claimed", "calling"),
    ("claimed", "abandoned"),
    ("calling", "accepted"),
    ("calling", "refused"),
    ("calling", "rejected"),
    ("calling", "unknown"),
    ("unknown", "accepted"),
    ("unknown", "absent"),
    ("absent", "accepted_late"),
    ("accepted", "returned"),
    ("accepted_late", "returned"),
}
ATTEMPT_PAIRS = sorted(itertools.permutations(AttemptState.values, 2))


@breaks("delivery_asked_about_only_while_sent", "delivery_unconfirmed_only_while_sent")
@pytest.mark.parametrize("column", ["ask_at", "unconfirmed_at"])
@pytest.mark.parametrize("state", sorted(set(DeliveryState.values) - {"sent"}))
def test_only_a_sent_text_is_asked_about_or_unconfirmed(
    delivery: Delivery, attempt: SendAttempt, state: str, column: str
) -> None:
    put(attempt, state="accepted", provider_sid=new_sid())
    put(delivery, state="sent", reason="because", accepted_attempt=attempt, **{column: timezone.now()})
    verb = "asked_about" if column == "ask_at" else "unconfirmed"
    with refused(f"delivery_{verb}_only_while_sent"):
        put(delivery, state=state)


@breaks("attempt_moves_forward_only")
@pytest.mark.parametrize(("before", "after"), ATTEMPT_PAIRS, ids="-".join)
def test_an_attempt_makes_only_the_moves_of_the_design(attempt: SendAttempt, before: str, after: str) -> None:
    put(attempt, state=before, provider_sid=new_sid(), unknown_at=timezone.now())
    if after == "returned":
        _reported(attempt, "failed", "30001")
    if (before, after) in ATTEMPT_MOVES:
        change(attempt, state=after)
        assert SendAttempt.objects.get(pk=attempt.pk).state == after
        return
    with refused("attempt_moves_forward_only"):
        change(attempt, state=after)


def _reported(attempt: SendAttempt, status: str, code: str = "", *, sid: str = "") -> None:
    """The provider reports that about the attempt's text."""
    DeliveryReport.objects.create(
        organization_id=attempt.organization_id,
        attempt=attempt,
        status=status,
        rank=40,
        error_code=code,
        provider_sid=sid or SendAttempt.objects.get(pk=attempt.pk).provider_sid,
    )


@breaks("attempt_returned_needs_its_report")
@pytest.mark.parametrize(
    ("reports", "proven"),
    [
        ([], False),
        ([("failed", "")], False),
        ([("undelivered", "30003")], False),
        ([("sent", "30001")], False),
        ([("partially_delivered", "30001")], False),
        ([("failed", "30001")], True),
        ([("undelivered", "30022")], True),
        ([("failed", ""), ("failed", "30001")], True),
        ([("failed", "30001"), ("delivered", "")], False),
        ([("failed", "30001"), ("read", "")], False),
        ([("failed", "30001"), ("canceled", "")], False),
    ],
)
def test_an_attempt_is_returned_only_on_a_report_that_proves_it(
    attempt: SendAttempt, reports: list[tuple[str, str]], proven: bool
) -> None:
    put(attempt, state="accepted", provider_sid=new_sid())
    for status, code in reports:
        _reported(attempt, status, code)
    if proven:
        change(attempt, state="returned")
        return
    with refused("attempt_returned_needs_its_report"):
        change(attempt, state="returned")


def test_a_report_of_another_text_returns_nothing(attempt: SendAttempt) -> None:
    put(attempt, state="accepted", provider_sid=new_sid())
    _reported(attempt, "failed", "30001", sid=new_sid())
    with refused("attempt_returned_needs_its_report"):
        change(attempt, state="returned")


@pytest.mark.parametrize("after", ["queued", "failed"])
def test_a_returned_text_gives_up_its_acceptance(
    delivery: Delivery, attempt: SendAttempt, after: str
) -> None:
    put(attempt, state="returned", provider_sid=new_sid())
    put(delivery, state="sent", accepted_attempt=attempt, current_attempt=attempt)
    change(delivery, state=after, reason="retries_exhausted", accepted_attempt=None)
    assert Delivery.objects.get(pk=delivery.pk).state == after


@breaks("delivery_queued_again_only_when_returned")
def test_a_text_that_keeps_its_acceptance_is_not_queued_again(
    delivery: Delivery, attempt: SendAttempt
) -> None:
    put(attempt, state="returned", provider_sid=new_sid())
    put(delivery, state="sent", accepted_attempt=attempt, current_attempt=attempt)
    with refused("delivery_queued_again_only_when_returned"):
        change(delivery, state="queued")


@pytest.mark.parametrize("state", sorted(set(AttemptState.values) - {"returned"}))
@pytest.mark.parametrize("after", ["queued", "failed"])
def test_only_a_returned_attempt_is_given_up(
    delivery: Delivery, attempt: SendAttempt, state: str, after: str
) -> None:
    put(attempt, state=state, provider_sid=new_sid(), unknown_at=timezone.now())
    put(delivery, state="sent", accepted_attempt=attempt, current_attempt=attempt)
    with refused("delivery_keeps_its_first_accepted_attempt"):
        change(delivery, state=after, reason="because", accepted_attempt=None)


@pytest.mark.parametrize("after", ["delivered", "undelivered", "sent"])
def test_no_other_move_gives_up_an_acceptance(delivery: Delivery, attempt: SendAttempt, after: str) -> None:
    put(attempt, state="returned", provider_sid=new_sid())
    put(delivery, state="sent", accepted_attempt=attempt, current_attempt=attempt)
    with refused("delivery_keeps_its_first_accepted_attempt"):
        change(delivery, state=after, reason="because", accepted_attempt=None)


def _second(attempt: SendAttempt, **columns: Any) -> SendAttempt:
    """Another attempt of the same delivery, behind the guards' back."""
    with unguarded():
        return _insert_second(attempt, **columns)


def _insert_second(attempt: SendAttempt, **columns: Any) -> SendAttempt:
    values = {
        "organization_id": attempt.organization_id,
        "delivery_id": attempt.delivery_id,
        "number": 2,
        "account_id": attempt.account_id,
        "sender": attempt.sender,
        "recipient": attempt.recipient,
        "body_hash": attempt.body_hash,
        "token": f"token-{new_sid()}",
        "fence": 2,
        "lease_until": timezone.now() + timedelta(seconds=90),
        **columns,
    }
    return SendAttempt.objects.create(**values)


@breaks("attempt_only_after_proven_unsent")
@pytest.mark.parametrize("released", [False, True], ids=["as_is", "released"])
@pytest.mark.parametrize("state", AttemptState.values)
def test_a_second_attempt_needs_proof_that_the_first_was_not_sent(
    attempt: SendAttempt, state: str, released: bool
) -> None:
    now = timezone.now()
    put(
        attempt,
        state=state,
        provider_sid=new_sid() if "accepted" in state or state == "returned" else "",
        unknown_at=now,
        released_at=now if released else None,
    )
    if state in ("abandoned", "refused", "returned") or (state == "absent" and released):
        assert _insert_second(attempt).state == "claimed"
        return
    with refused("attempt_only_after_proven_unsent"):
        _insert_second(attempt)


def test_the_proof_is_asked_for_again_when_the_second_leaves(attempt: SendAttempt) -> None:
    now = timezone.now()
    put(attempt, state="absent", unknown_at=now, released_at=now)
    second = _insert_second(attempt)
    change(attempt, state="accepted_late", provider_sid=new_sid())
    with refused("attempt_only_after_proven_unsent"):
        change(second, state="calling")
    change(second, state="abandoned")


@breaks("attempt_begins_claimed")
def test_an_attempt_begins_claimed(attempt: SendAttempt) -> None:
    put(attempt, state="abandoned")
    for state in set(AttemptState.values) - {"claimed"}:
        with refused("attempt_begins_claimed"):
            _insert_second(attempt, state=state, provider_sid=new_sid(), unknown_at=timezone.now())


@breaks("attempt_identity_never_changes")
@pytest.mark.parametrize(
    "columns",
    [
        {"number": 9},
        {"fence": 9},
        {"sender": "+16285550199"},
        {"recipient": "+16195550199"},
        {"body_hash": "0" * 64},
        {"token": "another"},
        {"unknown_at": None},
        {"released_at": None},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_an_attempts_identity_never_changes(attempt: SendAttempt, columns: dict[str, Any]) -> None:
    put(attempt, state="absent", unknown_at=timezone.now(), released_at=timezone.now())
    with refused("attempt_identity_never_changes"):
        change(attempt, **columns)


@breaks("attempt_sid_never_changes")
@pytest.mark.parametrize("sid", ["", "SM" + "9" * 32])
def test_a_sid_once_set_stays(attempt: SendAttempt, sid: str) -> None:
    put(attempt, state="calling", provider_sid=new_sid())
    with refused("attempt_sid_never_changes"):
        change(attempt, provider_sid=sid)


@breaks("attempt_lane_is_never_taken_back")
def test_a_yielded_lane_is_never_taken_back(attempt: SendAttempt) -> None:
    put(attempt, state="unknown", unknown_at=timezone.now(), lane_yielded=True)
    with refused("attempt_lane_is_never_taken_back"):
        change(attempt, lane_yielded=False)


@breaks("attempt_one_open_per_delivery")
def test_one_open_attempt_per_delivery(attempt: SendAttempt) -> None:
    with refused("attempt_one_open_per_delivery"):
        # Another lane, so that only the delivery is the same.
        _second(attempt, sender="+16285550199")


@pytest.fixture
def neighbour(business: Business, attempt: SendAttempt) -> Delivery:
    """Another text in the same lane."""
    return owner_says(business, "Other words", thread=attempt.delivery.thread)


@breaks("attempt_one_open_per_lane")
@pytest.mark.parametrize("state", ["claimed", "calling", "unknown"])
def test_one_open_attempt_per_lane(attempt: SendAttempt, neighbour: Delivery, state: str) -> None:
    put(attempt, state=state, unknown_at=timezone.now())
    with refused("attempt_one_open_per_lane"):
        _insert_second(attempt, delivery_id=neighbour.pk, body_hash=neighbour.body_hash)


@breaks("attempt_one_open_per_lane_and_body")
def test_a_yielded_lane_still_blocks_the_same_body(attempt: SendAttempt, neighbour: Delivery) -> None:
    put(attempt, state="unknown", unknown_at=timezone.now(), lane_yielded=True)
    with refused("attempt_one_open_per_lane_and_body"):
        _insert_second(attempt, delivery_id=neighbour.pk)
    assert _insert_second(attempt, delivery_id=neighbour.pk, body_hash=neighbour.body_hash).pk


@breaks(
    "attempt_unique_number_of_delivery",
    "attempt_unique_provider_sid",
    "attempt_has_a_known_state",
    "attempt_accepted_has_a_sid",
    "attempt_unknown_has_its_time",
)
def test_an_attempts_columns_agree_with_its_state(attempt: SendAttempt) -> None:
    put(attempt, state="refused", provider_sid="SM" + "1" * 32)
    with refused("attempt_unique_number_of_delivery"):
        _second(attempt, number=1)
    with refused("attempt_unique_provider_sid"):
        _second(attempt, provider_sid="SM" + "1" * 32)
    with refused("attempt_has_a_known_state"):
        put(attempt, state="flying")
    with refused("attempt_accepted_has_a_sid"):
        put(attempt, state="accepted", provider_sid="")
    with refused("attempt_unknown_has_its_time"):
        put(attempt, state="unknown")


def test_the_sid_is_unique_only_within_an_account(attempt: SendAttempt) -> None:
    put(attempt, state="accepted", provider_sid="SM" + "1" * 32)
    other = open_business("Other")
    theirs = claim(owner_says(other, "Hi"))
    put(theirs, state="accepted", provider_sid="SM" + "1" * 32)
    assert SendAttempt.objects.filter(provider_sid="SM" + "1" * 32).count() == 2


@breaks("sendingline_one_per_number", "sendingline_has_a_positive_rate")
def test_a_number_has_one_line_with_a_positive_rate(business: Business, delivery: Delivery) -> None:
    with refused("sendingline_one_per_number"):
        SendingLine.objects.create(organization=business.organization, number=business.front_desk)
    for column in ("segments_per_second", "burst"):
        with refused("sendingline_has_a_positive_rate"):
            change(delivery.line, **{column: 0})


@breaks("assignmentwindow_no_overlap_per_thread", "assignmentwindow_ends_after_it_starts")
def test_windows_of_a_thread_never_overlap_and_end_after_they_start(business: Business) -> None:
    window = business.window(business.thread())
    window.pk = window.id = None
    with refused("assignmentwindow_no_overlap_per_thread"):
        AssignmentWindow.objects.create(**_as_columns(window))
    with refused("assignmentwindow_ends_after_it_starts"):
        AssignmentWindow.objects.create(**{**_as_columns(window), "ends_at": window.starts_at})


def _as_columns(row: Model) -> dict[str, Any]:
    skipped = ("id", "public_id")
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in skipped}


@breaks(
    "override_no_overlap_per_thread",
    "override_ends_after_it_starts",
    "override_lasts_seven_days_at_most",
    "override_has_a_reason",
    "override_to_a_sitter_names_one",
)
def test_an_override_is_short_reasoned_addressed_and_alone(business: Business) -> None:
    now = timezone.now()
    good = {
        "organization": business.organization,
        "thread": business.thread(),
        "target": "owner_inbox",
        "starts_at": now,
        "ends_at": now + timedelta(hours=1),
        "reason": "Mine",
    }
    RoutingOverride.objects.create(**good)
    bad: list[tuple[str, dict[str, Any]]] = [
        ("override_no_overlap_per_thread", {}),
        ("override_ends_after_it_starts", {"ends_at": now}),
        ("override_lasts_seven_days_at_most", {"ends_at": now + timedelta(days=7, seconds=1)}),
        ("override_has_a_reason", {"reason": ""}),
        ("override_to_a_sitter_names_one", {"target": "sitter"}),
        ("override_to_a_sitter_names_one", {"sitter": business.sitter}),
    ]
    for name, wrong in bad:
        with refused(name):
            RoutingOverride.objects.create(**{**good, **wrong})
