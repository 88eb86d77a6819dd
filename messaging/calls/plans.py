"""What a number does with a call at a certain moment: as the owner chose for it, or as they chose for when the business is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messaging.models import MessageNumber
from messaging.models.numbers import CallHandling, ClosedHandling
from snoutos.accounts import hours
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where a call goes (`handling`, with the phone or the member it names), what a caller hears whom nobody takes (empty: SnoutOS's
    sentence), and whether they can leave a message.
    """

    handling: CallHandling = CallHandling.SENTENCE
    phone: str = ""
    member: User | None = None
    sentence: str = ""
    voicemail: bool = False


def at_moment(number: MessageNumber, at: datetime) -> Plan:
    """What holds for a call to `number` that comes in at `at`."""
    has_own = number.closed_handling != ClosedHandling.SAME
    return (
        when_closed(number) if has_own and not hours.is_open(number.organization, at) else when_open(number)
    )


def when_open(number: MessageNumber) -> Plan:
    """What holds during business hours, and always where the owner chose nothing else."""
    return Plan(
        handling=CallHandling(number.call_handling),
        phone=number.call_phone,
        member=number.call_member,
        sentence=number.call_sentence.strip(),
        voicemail=number.call_voicemail,
    )


def when_closed(number: MessageNumber) -> Plan:
    """What holds outside business hours: what was chosen for them, with the number's own sentence and voicemail where they say nothing."""
    chosen = ClosedHandling(number.closed_handling)
    if chosen == ClosedHandling.SAME:
        return when_open(number)
    rings = chosen in (ClosedHandling.OFFICE_PHONE, ClosedHandling.MEMBER)
    return Plan(
        handling=CallHandling(chosen.value) if rings else CallHandling.SENTENCE,
        phone=number.closed_phone,
        member=number.closed_member,
        sentence=(number.closed_sentence or number.call_sentence).strip(),
        voicemail=number.call_voicemail if rings else chosen == ClosedHandling.VOICEMAIL,
    )
