"""The pure function that compares what SnoutOS has with what the provider has."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.models.differences import DifferenceKind as Kind
from messaging.numbers import repairs
from messaging.numbers.compare import Difference, OurNumber, Ours, Theirs, compare
from messaging.providers.base import AccountFault, Address, ListedNumber, MessagingService
from messaging.wording.differences import ADVICE, REPAIR

SERVICE = "MG" + "7" * 32
WANTED = {
    Address.SMS: "https://us.example/in",
    Address.SMS_FALLBACK: "https://us.example/b",
    Address.VOICE: "https://us.example/v",
    Address.CALL_STATUS: "https://us.example/s",
}


def listed(e164: str = "+14155550100", **other: str) -> ListedNumber:
    there = {**dict.fromkeys(Address, ""), **WANTED, **{Address[k]: v for k, v in other.items()}}
    return ListedNumber(sid="PN1", e164=e164, name="", addresses=there, can_sms=True, can_mms=True)


def ours(*numbers: OurNumber, service: str = "") -> Ours:
    mine = numbers or (OurNumber(id=1, e164="+14155550100", in_use=True),)
    return Ours(numbers=mine, addresses=WANTED, service_sid=service)


def a_service(**columns: Any) -> MessagingService:
    whole = {
        "addresses": {name: WANTED[name] for name in (Address.SMS, Address.SMS_FALLBACK)},
        "by_number": False,
        "keeps_sender": True,
        "numbers": frozenset({"+14155550100"}),
    }
    return MessagingService(sid=SERVICE, name="", **{**whole, **columns})


def test_the_same_on_both_sides_is_no_difference() -> None:
    assert compare(ours(), Theirs(numbers=[listed()])) == []
    both = Theirs(numbers=[listed()], service=a_service())
    assert compare(ours(service=SERVICE), both) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ("SMS", Kind.TEXTS),
        ("SMS_FALLBACK", Kind.BACKUP),
        ("VOICE", Kind.CALLS),
        ("CALL_STATUS", Kind.CALLS),
    ],
)
def test_each_address_has_its_difference(changed: str, kind: Kind) -> None:
    for value in ("", "https://elsewhere.example/"):
        theirs = Theirs(numbers=[listed(**{changed: value})])
        assert compare(ours(), theirs) == [Difference(kind=kind, e164="+14155550100", number_id=1)]


def test_an_address_that_snoutos_does_not_want_may_be_anything() -> None:
    assert compare(ours(), Theirs(numbers=[listed(VOICE_FALLBACK="https://x.example/")])) == []


def test_a_number_that_is_there_on_one_side_only() -> None:
    assert [one.kind for one in compare(ours(), Theirs())] == [Kind.NUMBER_GONE]
    both = Theirs(numbers=[listed(), listed("+14155550199")])
    assert compare(ours(), both) == [Difference(kind=Kind.UNUSED, e164="+14155550199")]


def test_a_released_number_is_one_that_still_costs_and_one_bought_again_is_in_use() -> None:
    released = OurNumber(id=1, e164="+14155550100", in_use=False)
    again = OurNumber(id=2, e164="+14155550100", in_use=True)
    there = Theirs(numbers=[listed()])
    assert [one.kind for one in compare(ours(released), there)] == [Kind.UNRETURNED]
    assert compare(ours(released), Theirs()) == []
    for both in ((released, again), (again, released)):
        assert compare(ours(*both), there) == []


def test_what_was_set_while_the_provider_was_asked_is_not_judged() -> None:
    fresh = OurNumber(id=1, e164="+14155550100", in_use=True, since_set=True)
    assert compare(ours(fresh), Theirs()) == []
    assert compare(ours(fresh), Theirs(numbers=[listed(SMS="")])) == []


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (
            {"addresses": {Address.SMS: "", Address.SMS_FALLBACK: WANTED[Address.SMS_FALLBACK]}},
            Kind.SERVICE_TEXTS,
        ),
        (
            {"addresses": {Address.SMS: WANTED[Address.SMS], Address.SMS_FALLBACK: "x"}},
            Kind.SERVICE_BACKUP,
        ),
        ({"keeps_sender": False}, Kind.SERVICE_SENDER),
    ],
)
def test_settings_of_the_service(columns: Any, found: Kind) -> None:
    theirs = Theirs(numbers=[listed()], service=a_service(**columns))
    assert compare(ours(service=SERVICE), theirs) == [Difference(kind=found)]


def test_a_service_that_leaves_texts_to_its_numbers_is_judged_by_them() -> None:
    elsewhere = {Address.SMS: "", Address.SMS_FALLBACK: ""}
    service = a_service(addresses=elsewhere, by_number=True)
    theirs = Theirs(numbers=[listed(SMS="x")], service=service)
    assert [one.kind for one in compare(ours(service=SERVICE), theirs)] == [Kind.TEXTS]


def test_addresses_of_numbers_that_the_service_passes_over_are_not_judged() -> None:
    theirs = Theirs(numbers=[listed(SMS="", SMS_FALLBACK="", VOICE="")], service=a_service())
    assert [one.kind for one in compare(ours(service=SERVICE), theirs)] == [Kind.CALLS]


def test_a_service_that_is_gone() -> None:
    theirs = Theirs(numbers=[listed()])
    assert compare(ours(service=SERVICE), theirs) == [Difference(kind=Kind.SERVICE_GONE)]


@pytest.mark.parametrize("fault", AccountFault)
def test_a_fault_of_the_account_is_all_that_can_be_said(fault: AccountFault) -> None:
    assert len(compare(ours(), Theirs(fault=fault))) == 1


def test_every_kind_says_what_to_do() -> None:
    assert set(ADVICE) == set(Kind)
    assert set(REPAIR) == set(repairs._REPAIRS)
