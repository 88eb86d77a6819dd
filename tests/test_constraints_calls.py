"""Each constraint of calls, broken once, by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from messaging.models import Call, MessageNumber, Voicemail
from tests.business import Business
from tests.constraints import breaks
from tests.messaging.calls.calling import called, voicemail_of
from tests.refusals import refusal


@pytest.fixture
def call(business: Business) -> Call:
    return called(business, sender=business.client_phone)


def another(call: Call, **columns: Any) -> Call:
    """A second call beside `call`."""
    names = ("organization", "thread", "participant", "number", "account", "state", "started_at")
    same = {name: getattr(call, name) for name in names}
    made: Call = Call.objects.create(
        **{**same, "position": call.position + 1, "provider_sid": "CA2", **columns}
    )
    return made


@breaks("call_unique_provider_sid")
def test_a_call_is_one_row(call: Call) -> None:
    name = refusal(lambda: another(call, provider_sid=call.provider_sid))
    assert name == "call_unique_provider_sid"


@breaks("call_unique_position_in_thread")
def test_two_calls_stand_in_two_places(call: Call) -> None:
    assert refusal(lambda: another(call, position=call.position)) == "call_unique_position_in_thread"


@breaks("call_has_a_known_state")
def test_a_call_has_a_known_state(call: Call) -> None:
    assert refusal(lambda: another(call, state="lost")) == "call_has_a_known_state"


@breaks("call_was_talked_in_when_answered")
@pytest.mark.parametrize(("state", "talked"), [("answered", None), ("missed", 3)])
def test_only_an_answered_call_was_talked_in(call: Call, state: str, talked: int | None) -> None:
    name = refusal(lambda: another(call, state=state, talked_seconds=talked))
    assert name == "call_was_talked_in_when_answered"


@breaks("messagenumber_forwards_closed_calls_to_one_place")
@pytest.mark.parametrize(
    "columns",
    [
        {"closed_handling": "office_phone"},
        {"closed_handling": "member"},
        {"closed_phone": "+14157010177"},
        {"closed_handling": "somewhere"},
    ],
)
def test_closed_calls_are_forwarded_to_one_place(business: Business, columns: dict[str, str]) -> None:
    numbers = MessageNumber.objects.filter(pk=business.front_desk.pk)
    assert refusal(lambda: numbers.update(**columns)) == "messagenumber_forwards_closed_calls_to_one_place"


@breaks("voicemail_one_per_call")
def test_a_call_has_one_voicemail(business: Business) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    second = Voicemail(organization=left.organization, call=left.call, seconds=1, source_url="https://x.test")
    assert refusal(second.save) == "voicemail_one_per_call"


@breaks("messagenumber_forwards_calls_to_one_place")
@pytest.mark.parametrize(
    "columns",
    [
        {"call_handling": "office_phone"},
        {"call_handling": "member"},
        {"call_phone": "+14157010177"},
        {"call_handling": "somewhere"},
    ],
)
def test_calls_are_forwarded_to_one_place(business: Business, columns: dict[str, str]) -> None:
    numbers = MessageNumber.objects.filter(pk=business.front_desk.pk)
    assert refusal(lambda: numbers.update(**columns)) == "messagenumber_forwards_calls_to_one_place"


@breaks("call_ends_after_it_started")
def test_a_call_ends_after_it_started(call: Call) -> None:
    before = call.started_at - timedelta(seconds=1)
    assert refusal(lambda: another(call, ended_at=before)) == "call_ends_after_it_started"
