"""Numbers are added, rested, used again and given back; what they carried stays where it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from messaging.errors import (
    BadPace,
    NotASittersNumber,
    NotPossibleNow,
    NumberInUse,
    NumberResting,
    ReasonNeeded,
)
from messaging.models import Delivery, MessageNumber, Participant, SendingLine
from messaging.numbers import lifecycle
from messaging.outbound.queue.submit import Author, submit
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business, open_business
from tests.factories import UserFactory


def say(business: Business, body: str = "Hello") -> Delivery:
    thread = business.thread()
    said = submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now())
    assert said.delivery is not None
    return said.delivery


def add(business: Business, e164: str, role: str = "pool") -> MessageNumber:
    return lifecycle.add(account=business.account, e164=e164, role=role, by=business.owner, at=timezone.now())


def test_a_number_comes_with_its_line_and_is_recorded(business: Business) -> None:
    number = add(business, "+16285556001")
    assert (number.state, number.organization) == ("active", business.organization)
    assert SendingLine.objects.filter(number=number).count() == 1
    assert business.verbs().count("number.added") == 1


def test_a_number_in_use_anywhere_cannot_be_added(business: Business) -> None:
    for taken in (business.pool, open_business("Paws").pool):
        with pytest.raises(NumberInUse):
            add(business, taken.e164)


@pytest.mark.parametrize("bad", ["hello", "123", "", "6285556001"])
def test_what_is_no_number_cannot_be_added(business: Business, bad: str) -> None:
    before = MessageNumber.objects.count()
    if bad == "6285556001":
        assert add(business, bad).e164 == "+16285556001", "rewritten, as typed by a person"
        return
    with pytest.raises(ValidationError):
        add(business, bad)
    assert MessageNumber.objects.count() == before


def test_a_role_that_is_none_is_refused(business: Business) -> None:
    with pytest.raises(ValidationError):
        add(business, "+16285556001", role="fax")


def test_a_paused_number_sends_nothing(business: Business) -> None:
    queued = say(business)
    number = business.pause()
    assert number.state == "quarantined"
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == ("canceled", "number_quarantined")
    with pytest.raises(NumberResting):
        say(business)
    assert Participant.objects.get(number=number).left_at is None, "conversations stay"
    assert business.verbs().count("number.quarantined") == 1


def test_a_number_given_back_leaves_its_conversations(business: Business) -> None:
    queued = say(business)
    number = business.release()
    assert (number.state, number.state_reason) == ("retired", "Not needed")
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == ("canceled", "number_retired")
    assert Participant.objects.get(number=number).left_at is not None
    assert queued.thread.messages.count() == 2, "history stays"
    assert business.verbs().count("number.retired") == 1


def quarantine(business: Business, reason: str = "Spam") -> MessageNumber:
    return lifecycle.quarantine(business.pool, reason=reason, by=business.owner, at=timezone.now())


def activate(business: Business) -> MessageNumber:
    return lifecycle.activate(business.pool, by=business.owner, at=timezone.now())


def retire(business: Business, reason: str = "Not needed") -> MessageNumber:
    return lifecycle.retire(business.pool, reason=reason, by=business.owner, at=timezone.now())


def set_role(business: Business) -> MessageNumber:
    return lifecycle.set_role(business.pool, role="front_desk", by=business.owner, at=timezone.now())


@pytest.mark.parametrize("verb", [quarantine, retire])
def test_a_reason_is_asked_for(business: Business, verb: Callable[[Business, str], MessageNumber]) -> None:
    with pytest.raises(ReasonNeeded):
        verb(business, "  ")
    assert MessageNumber.objects.get(pk=business.pool.pk).state == "active"
    assert verb(business, " Carrier trouble ").state_reason == "Carrier trouble"


def test_only_an_owner_does_any_of_it(business: Business) -> None:
    staff = UserFactory(organization=business.organization, role="staff")
    at = timezone.now()
    for verb in (
        partial(lifecycle.quarantine, reason="x"),
        partial(lifecycle.retire, reason="x"),
        lifecycle.activate,
        partial(lifecycle.set_role, role="front_desk"),
    ):
        with pytest.raises(NotAllowed):
            verb(business.pool, by=staff, at=at)


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("active", activate),
        ("retired", quarantine),
        ("quarantined", set_role),
        ("retired", set_role),
        ("retired", activate),
        ("retired", retire),
    ],
)
def test_what_is_not_possible_now_changes_nothing(
    business: Business, state: str, verb: Callable[[Business], MessageNumber]
) -> None:
    MessageNumber.objects.filter(pk=business.pool.pk).update(state=state)
    before = business.verbs()
    with pytest.raises(NotPossibleNow):
        verb(business)
    assert MessageNumber.objects.get(pk=business.pool.pk).state == state
    assert business.verbs() == before


def test_another_role_concerns_strangers_and_not_open_conversations(business: Business) -> None:
    thread = business.thread()
    business.add_number("front_desk")
    lifecycle.set_role(business.front_desk, role="pool", by=business.owner, at=timezone.now())
    assert business.text("Hello").thread == thread
    assert business.verbs().count("number.role_changed") == 1
    assert MessageNumber.objects.get(pk=business.front_desk.pk).role == "pool"


def test_only_a_sitter_number_has_a_sitter(business: Business) -> None:
    with pytest.raises(NotASittersNumber):
        lifecycle.set_role(
            business.pool, role="pool", sitter=business.sitter, by=business.owner, at=timezone.now()
        )


def test_joining_and_giving_back_in_one_instant_is_possible(business: Business) -> None:
    """`at` is read before the lock is waited for, so a phone may have joined after it."""
    before = timezone.now()
    business.thread()
    business.release(at=before)
    party = Participant.objects.get(number=business.front_desk)
    assert party.left_at == party.joined_at


@pytest.mark.parametrize(
    ("e164", "rate"),
    [("+16285556001", 1.0), ("+18335550123", 3.0), ("+18005550123", 3.0), ("+447700900123", 1.0)],
)
def test_a_toll_free_numbers_line_is_three_times_as_fast(business: Business, e164: str, rate: float) -> None:
    number = add(business, e164)
    assert SendingLine.objects.get(number=number).segments_per_second == rate


@pytest.mark.parametrize(("e164", "rate"), [("+16285556001", 1.0), ("+18885550123", 3.0)])
def test_a_line_made_on_first_use_has_its_numbers_pace(business: Business, e164: str, rate: float) -> None:
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(e164=e164)
    SendingLine.objects.filter(number=business.front_desk).delete()
    business.front_desk.e164 = e164
    assert say(business).line.segments_per_second == rate


def test_a_lines_pace_can_be_set_and_that_is_recorded(business: Business) -> None:
    line = lifecycle.set_pace(
        business.front_desk, segments_per_second=12.5, burst=30, by=business.owner, at=timezone.now()
    )
    line.refresh_from_db()
    assert (line.segments_per_second, line.burst, line.tokens) == (12.5, 30, 30)
    assert business.verbs()[-1] == "settings.changed"


@pytest.mark.parametrize(
    ("rate", "burst"), [(0, 10), (-1, 10), (101, 10), (1, 0), (1, 1001), (float("nan"), 1)]
)
def test_a_pace_that_cannot_be_is_refused(business: Business, rate: float, burst: float) -> None:
    with pytest.raises(BadPace):
        lifecycle.set_pace(
            business.front_desk, segments_per_second=rate, burst=burst, by=business.owner, at=timezone.now()
        )
