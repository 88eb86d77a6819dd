"""Calls outside business hours: what happens then, instead of what happens at other times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.calls import plans, settings
from messaging.calls.forwarding import CallsCannotGoThere
from messaging.calls.settings import BadCalls, Calls, ClosedCalls
from messaging.models import Call, MessageNumber
from messaging.models.numbers import CallHandling, ClosedHandling
from snoutos.accounts.permissions import NotAllowed
from tests.business import Business
from tests.messaging.calls.calling import (
    answer_to,
    call_params,
    colleague,
    is_always,
    put_through_to,
    rings,
)

OFFICE, HOME = "+14157010177", "+14157010178"


def when_closed(business: Business, **chosen: Any) -> None:
    calls = ClosedCalls(**chosen)
    settings.set_closed_calls(business.front_desk, calls, by=business.owner, at=timezone.now())


def said(business: Business) -> str:
    return answer_to(business, call_params(business, sender=business.client_phone))


def test_a_business_without_hours_is_never_closed(business: Business) -> None:
    put_through_to(business, OFFICE)
    when_closed(business, handling=ClosedHandling.SENTENCE)
    assert rings(said(business)) == OFFICE


def test_calls_are_the_same_when_closed_unless_something_was_chosen(business: Business) -> None:
    put_through_to(business, OFFICE)
    is_always(business, open_=False)
    assert rings(said(business)) == OFFICE


def test_no_phone_rings_when_closed_and_the_call_is_missed(business: Business) -> None:
    put_through_to(business, OFFICE)
    when_closed(business, handling=ClosedHandling.SENTENCE, sentence="We open at 8.")
    is_always(business, open_=False)
    assert "<Say>We open at 8.</Say><Hangup" in said(business)
    assert Call.objects.get().state == "missed"
    is_always(business, open_=True)
    assert rings(said(business)) == OFFICE


def test_a_voicemail_is_taken_only_when_closed(business: Business) -> None:
    when_closed(business, handling=ClosedHandling.VOICEMAIL)
    is_always(business, open_=False)
    assert "<Record" in said(business)
    is_always(business, open_=True)
    assert "<Record" not in said(business)


def test_when_closed_the_sentence_alone_takes_no_voicemail(business: Business) -> None:
    settings.set_calls(business.front_desk, Calls(voicemail=True), by=business.owner, at=timezone.now())
    when_closed(business, handling=ClosedHandling.SENTENCE)
    is_always(business, open_=False)
    assert "<Record" not in said(business)


def test_another_phone_rings_when_closed(business: Business) -> None:
    ben = colleague(business)
    put_through_to(business, OFFICE)
    is_always(business, open_=False)
    when_closed(business, handling=ClosedHandling.OFFICE_PHONE, phone="(415) 701-0178")
    assert rings(said(business)) == HOME
    when_closed(business, handling=ClosedHandling.MEMBER, member=ben)
    assert rings(said(business)) == ben.phone
    assert set(Call.objects.values_list("state", flat=True)) == {"forwarding"}


def test_what_callers_hear_at_other_times_is_heard_when_nothing_else_was_written(business: Business) -> None:
    settings.set_calls(business.front_desk, Calls(sentence="Woof"), by=business.owner, at=timezone.now())
    when_closed(business, handling=ClosedHandling.SENTENCE)
    is_always(business, open_=False)
    assert "<Say>Woof</Say>" in said(business)


def test_the_hours_that_hold_are_those_of_the_moment(business: Business) -> None:
    organization = business.organization
    organization.opening_hours = ["08:00-18:00"] * 7
    number = MessageNumber.objects.get(pk=business.front_desk.pk)
    number.organization = organization
    number.closed_handling = ClosedHandling.VOICEMAIL
    eight = datetime(2026, 11, 30, 8, tzinfo=organization.zone)
    for moment, is_closed in (
        (eight - timedelta(seconds=1), True),
        (eight, False),
        (eight + timedelta(hours=10) - timedelta(seconds=1), False),
        (eight + timedelta(hours=10), True),
    ):
        assert plans.at_moment(number, moment).voicemail is is_closed


def test_no_clients_and_no_sitters_phone_rings_when_closed_either(business: Business) -> None:
    for phone in (business.client_phone, business.sitter.phone):
        with pytest.raises(CallsCannotGoThere):
            when_closed(business, handling=ClosedHandling.OFFICE_PHONE, phone=phone)
    when_closed(business, handling=ClosedHandling.OFFICE_PHONE, phone=OFFICE)
    is_always(business, open_=False)
    type(business.sitter).objects.filter(pk=business.sitter.pk).update(phone=OFFICE)
    assert rings(said(business)) == ""


@pytest.mark.parametrize(
    "chosen",
    [
        {"handling": ClosedHandling.OFFICE_PHONE},
        {"handling": ClosedHandling.MEMBER},
        {"handling": ClosedHandling.SENTENCE, "phone": OFFICE},
        {"sentence": "We open at 8."},
    ],
)
def test_what_does_not_fit_is_refused(business: Business, chosen: dict[str, Any]) -> None:
    with pytest.raises(BadCalls):
        when_closed(business, **chosen)


def test_only_an_owner_chooses_and_the_trail_says_so_once(business: Business) -> None:
    with pytest.raises(NotAllowed):
        settings.set_closed_calls(
            business.front_desk, ClosedCalls(), by=colleague(business), at=timezone.now()
        )
    for _ in range(2):
        when_closed(business, handling=ClosedHandling.VOICEMAIL)
    assert business.verbs().count("number.closed_calls_set") == 1


def test_every_way_to_forward_has_the_same_name_when_closed() -> None:
    assert set(CallHandling.values) <= set(ClosedHandling.values)
