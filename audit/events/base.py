"""What every constructor gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.facts import facts

if TYPE_CHECKING:
    from audit.facts import Plain, Value


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, ready for `Trail.record`. Make it by a constructor of `audit.events` only."""

    verb: str
    organization_id: int | None
    subject_kind: str
    subject_id: int | None
    thread_id: int | None = None
    data: dict[str, Plain] = field(default_factory=dict)


def event(
    verb: str,
    organization_id: int | None,
    subject_kind: str,
    subject_id: int | None,
    thread_id: int | None = None,
    **data: Value,
) -> Event:
    """An event about a subject. Raises `PersonalDataError` unless `data` is ids, enums, counts and times."""
    return Event(verb, organization_id, subject_kind, subject_id, thread_id, facts(data))
