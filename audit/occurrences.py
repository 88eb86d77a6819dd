"""Saying that something happened, or will be due, that automations may react to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.facts import facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from audit.facts import Value


@dataclass(frozen=True, slots=True)
class Occurring:
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
