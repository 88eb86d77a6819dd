"""What is known when an automation is set off: rows of one business, read as facts for conditions and as variables for templates.

A fact is read from the database when a condition asks for it, so that a rule costs what it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from typing import Any

from automations.engine.matcher import OccurrenceFacts
from automations.models import ExternalEvent
from messaging import bookings
from messaging.bookings import Booking
from messaging.errors import NobodyThere
from messaging.models import (
    AssignmentWindow,
    Call,
    Client,
    Delivery,
    Message,
    MessageNumber,
    Participant,
    Sitter,
    Thread,
)
from messaging.models.phones import display
from messaging.models.threads import Role
from messaging.outbound.queue.quiet_hours import end_of_quiet
from messaging.people import participants
from policy import reader
from policy.models import Violation
from routing import standing
from snoutos.accounts import hours
from snoutos.accounts.models import Organization
from snoutos.core import timefmt

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The rows that a happening is about, at the moment `at`. Everything is of `organization`."""

    organization: Organization
    at: datetime
    thread: Thread | None = None
    message: Message | None = None
    window: AssignmentWindow | None = None
    delivery: Delivery | None = None
    number_id: int | None = None
    event: ExternalEvent | None = None

    @cached_property
    def local(self) -> datetime:
        """The moment on the business' clock."""
        return self.at.astimezone(self.organization.zone)

    @cached_property
    def party(self) -> Participant | None:
        """The outside phone of the conversation."""
        if self.thread is None:
            return None
        try:
            return participants.outside_party(self.thread)
        except NobodyThere:
            return None

    @cached_property
    def client(self) -> Client | None:
        """The client of the conversation, when they are known."""
        return self.thread.client if self.thread is not None else None

    @cached_property
    def sitter(self) -> Sitter | None:
        """The visit's sitter; without a visit who looks after the conversation now; in a sitter's own conversation that sitter."""
        if self.window is not None:
            theirs: Sitter = self.window.sitter
            return theirs
        if self.party is not None and self.party.role == Role.SITTER:
            own: Sitter | None = self.party.sitter
            return own
        return self.sitter_in_charge

    @cached_property
    def sitter_in_charge(self) -> Sitter | None:
        """The sitter on duty at this moment."""
        return standing.sitter_on_duty(self.thread, self.at) if self.thread is not None else None

    @property
    def answers_a_machine(self) -> bool:
        """Whether what set it off is a text that a phone or a system sent by itself; an answer could go on for ever."""
        return self.message is not None and self.message.is_auto_reply

    @cached_property
    def number(self) -> MessageNumber | None:
        """The business number it is about: the conversation's, or the one whose health changed."""
        if self.number_id is not None:
            found: MessageNumber | None = (
                MessageNumber.objects.of(self.organization).filter(pk=self.number_id).first()
            )
            return found
        return self.party.number if self.party is not None else None

    @cached_property
    def violation(self) -> Violation | None:
        """What screening found in the text."""
        if self.message is None:
            return None
        found: Violation | None = self.message.violations.order_by("pk").first()
        return found

    @property
    def facts(self) -> Facts:
        """What conditions may ask, by name."""
        return Facts(self)

    def variables(self, *, for_sitter: bool = False) -> dict[str, object]:
        """What templates may say, by group. A group without a row is left out, so that a template that needs it is refused.

        For a sitter a client's text is what sitters may read of it.
        """
        zone = self.organization.zone
        groups: dict[str, object] = {
            "business": self._business(),
            "time": {"today": timefmt.weekday(self.at, zone), "now": timefmt.clock(self.at, zone)},
        }
        if self.client is not None:
            told = (
                partial(reader.for_sitters, organization_id=self.organization.pk, thread=self.thread)
                if for_sitter
                else str
            )
            groups["client"] = {**_named(told(self.client.name)), "pets": told(self.client.pets)}
        if self.sitter is not None:
            groups["sitter"] = _named(self.sitter.name)
        if self.window is not None:
            groups["visit"] = self._visit(self.window.visit or self.window)
        if self.message is not None:
            groups["message"] = {"text": reader.read(self.message) if for_sitter else self.message.body}
        if self.event is not None:
            groups["event"] = {"name": self.event.name, "data": self.event.data}
        return groups

    def _business(self) -> dict[str, str]:
        """Without an emergency contact there is none to name, so that no text leaves a gap where help should stand."""
        opens = hours.opens_again(self.organization, self.at)
        contact = self.organization.emergency_contact
        return {
            "name": self.organization.name,
            "number": display(self.number.e164) if self.number else "",
            "opens": timefmt.until(opens, self.organization.zone, self.at) if opens else "",
            **({"emergency_contact": contact} if contact else {}),
        }

    def _visit(self, visit: Booking) -> dict[str, str]:
        zone = self.organization.zone
        return {
            "type": visit.get_visit_type_display().lower(),
            "date": timefmt.weekday(visit.starts_at, zone),
            "starts": timefmt.clock(visit.starts_at, zone),
            "ends": timefmt.clock(visit.ends_at, zone),
        }

    def has_visit(self, day: date) -> bool:
        """Whether the client, or the unknown party's conversation, has a visit on `day` of the business' calendar."""
        begins = datetime.combine(day, time(), tzinfo=self.organization.zone)
        ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=self.organization.zone)
        return self.thread is not None and bookings.is_booked(self.thread, begins, ends)

    def has_visit_now(self) -> bool:
        """Whether a visit is running."""
        instant = timedelta(microseconds=1)
        return self.thread is not None and bookings.is_booked(self.thread, self.at, self.at + instant)


class Facts(Mapping[str, object]):
    """Facts by name, each read when it is asked for. A name without a row behind it is not there."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation

    def __getitem__(self, name: str) -> object:
        value = self._read(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(_FACTS)

    def __len__(self) -> int:
        return len(_FACTS)

    def _read(self, name: str) -> object:
        read = _FACTS.get(name)
        return None if read is None else read(self._situation)


def load(happening: OccurrenceFacts, *, organization: Organization, at: datetime) -> Situation | None:
    """The situation of `happening` at `at`; None when what it was about is gone or is another business'."""
    rows = _Rows(organization.pk)
    message = rows.get(_messages(), happening.id("message_id"))
    window = rows.get(AssignmentWindow.objects.select_related("sitter", "visit"), happening.id("window_id"))
    delivery = rows.get(Delivery.objects.all(), happening.id("delivery_id"))
    event = rows.get(ExternalEvent.objects.all(), happening.id("event_id"))
    thread = rows.get(Thread.objects.select_related("client"), happening.thread_id)
    if rows.missing:
        return None
    return Situation(
        organization=organization,
        at=at,
        thread=thread,
        message=message,
        window=window,
        delivery=delivery,
        number_id=happening.id("number_id"),
        event=event,
    )


class _Rows:
    """Reads rows of one business, and remembers whether one that was named is not there."""

    def __init__(self, organization_id: int) -> None:
        self.organization_id, self.missing = organization_id, False

    def get(self, among: Any, pk: int | None) -> Any:
        if pk is None:
            return None
        found = among.filter(organization_id=self.organization_id, pk=pk).first()
        self.missing = self.missing or found is None
        return found


def _messages() -> Any:
    return Message.objects.select_related("participant")


def _author(situation: Situation) -> str | None:
    message = situation.message
    if message is None:
        return None
    party = situation.party
    # A stranger's text is stored as a client's, a member's as the owner's: who they are says the party.
    if party is not None and (message.author_kind, party.role) in (
        ("client", Role.UNKNOWN),
        ("owner", Role.MEMBER),
    ):
        return str(party.role)
    return str(message.author_kind)


def _is_quiet(situation: Situation) -> bool:
    organization = situation.organization
    return end_of_quiet(situation.local, organization.quiet_from, organization.quiet_until) is not None


def _visit_minutes(situation: Situation) -> int | None:
    window = situation.window
    if window is None:
        return None
    visit: Booking = window.visit or window
    return int((visit.ends_at - visit.starts_at).total_seconds() // 60)


def _sitter_has_written(situation: Situation) -> bool | None:
    window = situation.window
    if window is None:
        return None
    # In whichever of the client's conversations.
    visit: Booking = window.visit or window
    reached = [one.thread_id for one in bookings.windows_of([visit])]
    since = Message.objects.texts().filter(
        thread_id__in=reached, sitter_id=visit.sitter_id, created_at__gte=visit.starts_at
    )
    return bool(since.exists())


def _violation_kinds(situation: Situation) -> list[str] | None:
    violation = situation.violation
    return None if violation is None else sorted({str(finding["kind"]) for finding in violation.findings})


def _is_new(situation: Situation) -> bool | None:
    """Whether it has one text at most. A call before the first text is none."""
    if situation.thread is None:
        return None
    texts = situation.thread.last_position
    return texts <= 1 or texts - Call.objects.filter(thread=situation.thread).count() <= 1


_FACTS: dict[str, Callable[[Situation], object]] = {
    "message.text": lambda s: s.message.body if s.message else None,
    "message.author": _author,
    "message.has_media": lambda s: s.message.media.exists() if s.message else None,
    "message.length": lambda s: len(s.message.body) if s.message else None,
    "number.role": lambda s: s.number.role if s.number else None,
    "number.health": lambda s: s.number.health if s.number else None,
    "client.is_known": lambda s: s.client is not None,
    "client.name": lambda s: s.client.name if s.client else None,
    "client.pets": lambda s: s.client.pets if s.client else None,
    "client.has_visit_now": lambda s: s.has_visit_now(),
    "client.has_visit_today": lambda s: s.has_visit(s.local.date()),
    "client.has_visit_tomorrow": lambda s: s.has_visit(s.local.date() + timedelta(days=1)),
    "thread.kind": lambda s: s.thread.kind if s.thread else None,
    "thread.tags": lambda s: list(s.thread.tags) if s.thread else None,
    "thread.is_new": _is_new,
    "sitter.is_in_charge": lambda s: s.sitter_in_charge is not None,
    "sitter.name": lambda s: s.sitter.name if s.sitter else None,
    "visit.type": lambda s: s.window.visit_type if s.window else None,
    "visit.minutes": _visit_minutes,
    "visit.sitter_has_written": _sitter_has_written,
    "time.of_day": lambda s: s.local.time().isoformat("minutes"),
    "time.weekday": lambda s: _DAYS[s.local.weekday()],
    "time.is_quiet": _is_quiet,
    "time.is_business_hours": lambda s: hours.is_open(s.organization, s.at),
    "delivery.error_code": lambda s: s.delivery.error_code if s.delivery else None,
    "delivery.is_dead_letter": lambda s: s.delivery.is_dead_letter if s.delivery else None,
    "violation.kinds": _violation_kinds,
    "violation.author": lambda s: s.violation.author_kind if s.violation else None,
    "event.data": lambda s: s.event.data if s.event else None,
    "event.name": lambda s: s.event.name if s.event else None,
}
FACTS = frozenset(_FACTS)


def _named(name: str) -> dict[str, str]:
    return {"name": name, "first_name": name.split()[0] if name.split() else name}
