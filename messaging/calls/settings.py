"""What the owner decides about calls to a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.calls import forwarding
from messaging.calls.forwarding import CallsCannotGoThere
from messaging.errors import MessagingError, NotPossibleNow
from messaging.models import MessageNumber
from messaging.models.numbers import CallHandling, ClosedHandling, NumberState
from messaging.models.phones import display
from messaging.people import ownership
from messaging.people.phones import parse
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User

LONGEST_SENTENCE = 500
LONGEST_TEXT = 320
CLOSED_CHOICES = ClosedHandling.choices


class BadCalls(MessagingError):  # noqa: N818
    """What was chosen for calls does not fit together; the sentence says what is missing or too much."""

    code = "bad_calls"
    sentence = "Choose where calls go."
    status = 400


_COLUMNS = [
    "call_sentence",
    "call_handling",
    "call_phone",
    "call_member",
    "call_voicemail",
    "missed_call_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What happens with calls to a number. `sentence`: what callers hear whom nobody takes, at most `LONGEST_SENTENCE` characters; empty:
    SnoutOS's. `voicemail`: they can leave a message after it. `phone`, as typed, and `member` say where they are
    forwarded to, with the handling that forwards there. `text`: what who isn't taken is texted, at most `LONGEST_TEXT` characters; empty:
    nothing.
    """

    handling: CallHandling = CallHandling.SENTENCE
    voicemail: bool = False
    sentence: str = ""
    phone: str = ""
    member: User | None = None
    text: str = ""


def of(number: MessageNumber) -> Calls:
    """What is chosen for `number` now."""
    return Calls(
        handling=CallHandling(number.call_handling),
        voicemail=number.call_voicemail,
        sentence=number.call_sentence,
        phone=number.call_phone,
        member=number.call_member,
        text=number.missed_call_text,
    )


def set_calls(number: MessageNumber, calls: Calls, *, by: User, at: datetime) -> MessageNumber:
    """Calls to `number` are treated as `calls` says from now on.

    Raises NotAllowed for a person who is no owner, NotPossibleNow for a number that was given back, BadPhone, BadCalls for a place to
    forward to that is missing or doesn't fit the handling, CallsCannotGoThere for a phone that calls never go to.
    """
    MANAGE_NUMBERS.require(by)
    _require_fitting(calls)
    phone = parse(calls.phone) if calls.phone else ""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        if held.state == NumberState.RETIRED:
            raise NotPossibleNow
        _require_allowed(held.organization_id, phone, calls.member)
        before = of(held)
        held.call_sentence = " ".join(calls.sentence.split())
        held.call_handling, held.call_phone, held.call_member = calls.handling, phone, calls.member
        held.call_voicemail = calls.voicemail
        held.missed_call_text = calls.text.strip()
        held.save(update_fields=_COLUMNS)
        _record(held, before)
        return held


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCalls:
    """What happens with calls outside business hours. `sentence`: what callers hear then; empty: what they hear at other times. `phone`, as
    typed, and `member` as of `Calls`.
    """

    handling: ClosedHandling = ClosedHandling.SAME
    sentence: str = ""
    phone: str = ""
    member: User | None = None


def when_closed(number: MessageNumber) -> ClosedCalls:
    """What is chosen for `number` for when the business is closed."""
    return ClosedCalls(
        handling=ClosedHandling(number.closed_handling),
        sentence=number.closed_sentence,
        phone=number.closed_phone,
        member=number.closed_member,
    )


def set_closed_calls(number: MessageNumber, calls: ClosedCalls, *, by: User, at: datetime) -> MessageNumber:
    """Calls to `number` outside business hours are treated as `calls` says from now on. Raises as `set_calls`, and BadCalls for a sentence
    with a handling that has none of its own.
    """
    MANAGE_NUMBERS.require(by)
    _require_fitting(calls)
    if calls.sentence.strip() and calls.handling == ClosedHandling.SAME:
        raise BadCalls("Choose what happens when you're closed first.")
    phone = parse(calls.phone) if calls.phone else ""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        if held.state == NumberState.RETIRED:
            raise NotPossibleNow
        _require_allowed(held.organization_id, phone, calls.member)
        before = when_closed(held)
        held.closed_sentence = " ".join(calls.sentence.split())
        held.closed_handling, held.closed_phone, held.closed_member = calls.handling, phone, calls.member
        held.save(update_fields=["closed_sentence", "closed_handling", "closed_phone", "closed_member"])
        if when_closed(held) != before:
            current().record(
                events.number_closed_calls_set(
                    organization_id=held.organization_id,
                    number_id=held.pk,
                    handling=held.closed_handling,
                    user_id=held.closed_member_id,
                )
            )
        return held


def _require_fitting(calls: Calls | ClosedCalls) -> None:
    if calls.handling == CallHandling.OFFICE_PHONE.value and not calls.phone:
        raise BadCalls("Type the phone that calls are forwarded to.")
    if calls.handling == CallHandling.MEMBER and calls.member is None:
        raise BadCalls("Choose the member whose phone calls are forwarded to.")
    if calls.phone and calls.handling != CallHandling.OFFICE_PHONE:
        raise BadCalls("A phone is only for calls that are forwarded to the office's phone.")
    if calls.member is not None and calls.handling != CallHandling.MEMBER:
        raise BadCalls("A member is only for calls that are forwarded to a member's phone.")


def _require_allowed(organization_id: int, phone: str, member: User | None) -> None:
    """Raise CallsCannotGoThere where calls to a typed phone, or to a member, never go. Holds the phone: nobody gets it meanwhile."""
    if member is not None and (
        member.organization_id != organization_id or not forwarding.takes_calls(member)
    ):
        raise CallsCannotGoThere(f"{member} has no phone here. Add it under Members first.")
    e164 = phone or (member.phone if member is not None else "")
    if not e164:
        return
    locks.phone(organization_id, e164)
    forwarding.require_allowed(organization_id, e164)
    theirs = ownership.holder_of(organization_id, e164).member
    if phone and theirs is not None:
        raise CallsCannotGoThere(
            f"{display(phone)} is {theirs}'s phone. Choose {theirs} instead: calls then follow them to a new phone."
        )


def _record(number: MessageNumber, before: Calls) -> None:
    about = {"organization_id": number.organization_id, "number_id": number.pk}
    if number.call_sentence != before.sentence:
        current().record(events.number_call_sentence_set(**about, is_own=bool(number.call_sentence)))
    after = of(number)
    if after.text != before.text:
        current().record(events.number_missed_call_text_set(**about, is_on=bool(after.text)))
    if replace(after, sentence="", text="") != replace(before, sentence="", text=""):
        current().record(
            events.number_calls_set(
                **about,
                handling=number.call_handling,
                records=number.call_voicemail,
                user_id=number.call_member_id,
            )
        )
