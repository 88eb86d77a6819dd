"""What a block that records collects: events, alerts to be, occurrences to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.models import Severity
from audit.pii_guard import facts, refuse_contacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from audit.pii_guard import Plain, Value


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, ready for `Trail.record`. Made by a verb that an app declares (`audit.registry`)."""

    verb: str
    organization_id: int | None
    subject_kind: str
    subject_id: int | None
    thread_id: int | None = None
    data: dict[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert to raise by `Trail.alert`. One open alert stands for each (organization, kind, subject).

    `subject_id` is 0 when it has no subject. Made by an alert that an app declares (`audit.registry`); raises
    `PersonalDataError` when the sentences hold something like a phone or an address.
    """

    organization_id: int
    kind: str
    severity: Severity
    subject_kind: str
    subject_id: int
    title: str
    detail: str = ""
    thread_id: int | None = None
    count: int = 1

    def __post_init__(self) -> None:
        refuse_contacts(title=self.title, detail=self.detail)


@dataclass(frozen=True, slots=True)
class NewOccurrence:
    """An occurrence to be.

    `key` is unique in the organization and says what makes it one of a kind: `window:42:ended`, or with the
    planned instant for a time trigger. `due_at` None is now. Raises `PersonalDataError` unless the
    payload is ids, enums, counts and times.
    """

    organization_id: int
    kind: str
    key: str
    payload: Mapping[str, Value] = field(default_factory=dict)
    due_at: datetime | None = None
    thread_id: int | None = None
    depth: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "payload", facts(self.payload))
