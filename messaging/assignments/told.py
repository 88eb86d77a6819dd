"""What sitters are told of visits that passed to them or away from them, from the office's own conversation with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging import bookings
from messaging.bookings import Booking
from messaging.models import Sitter
from messaging.outbound.queue import notices
from snoutos.core import timefmt

# What begins sooner is said in quiet hours too.
SOON = timedelta(hours=12)
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Part:
    """[begins_at, ends_at) of a visit, which `to` has now; with None it ended or was canceled."""

    booking: Booking
    begins_at: datetime
    ends_at: datetime
    to: Sitter | None


def of_sitter_out(
    sitter: Sitter, parts: Sequence[Part], starts_at: datetime, ends_at: datetime, at: datetime
) -> None:
    """Tell `sitter` which visits are not theirs any more, and everybody who takes some which they are: one text each.

    Inside the recording transaction of the change, which holds the visits' conversations.
    """
    if not parts:
        return
    off = _when(starts_at, ends_at, parts[0].booking, at)
    _tell(sitter, f"You're off {off}. No longer yours", parts, at)
    takers = {part.to.pk: part.to for part in parts if part.to is not None}
    for pk in sorted(takers):
        theirs = [part for part in parts if part.to is not None and part.to.pk == pk]
        _tell(takers[pk], "New for you", theirs, at)


def _tell(sitter: Sitter, opening: str, parts: Sequence[Part], at: datetime) -> None:
    first = min(parts, key=lambda part: part.begins_at)
    names = [named(part.booking, part.begins_at, part.ends_at, at) for part in parts]
    notices.tell(
        sitter,
        listed(opening, names),
        about=bookings.thread_of(first.booking),
        key=f"visit:{first.booking.public_id}:passed:{sitter.pk}:{int(at.timestamp() * 1000)}",
        at=at,
        names_clients=True,
        obeys_quiet_hours=first.begins_at > at + SOON,
    )


def named(booking: Booking, starts_at: datetime, ends_at: datetime, at: datetime) -> str:
    """A visit, or a part of one, as a sitter reads it: the client's first name and the times."""
    called = notices.first_name(bookings.client_of(booking))
    return f"{called}, {_when(starts_at, ends_at, booking, at)}"


def listed(opening: str, names: Sequence[str]) -> str:
    """What there is to say of several visits; of many the first ten."""
    shown = [*names[:_NAMED], *([f"and {len(names) - _NAMED} more"] if len(names) > _NAMED else [])]
    return f"{opening}: {'; '.join(shown)}."


def _when(starts_at: datetime, ends_at: datetime, booking: Booking, at: datetime) -> str:
    """With a plain hyphen: a dash would make the text twice as long on its way."""
    return timefmt.span(starts_at, ends_at, booking.organization.zone, at).replace("–", "-")
