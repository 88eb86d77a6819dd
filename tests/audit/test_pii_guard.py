"""What passes as a fact, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from audit.errors import PersonalDataError
from audit.models import Severity
from audit.pii_guard import facts
from audit.types import NewOccurrence
from tests.audit.places import NOON

GOOD: list[tuple[Any, Any]] = [
    (None, None),
    (7, 7),
    (True, True),
    ("", ""),
    ("window_changed", "window_changed"),
    ("booking.created", "booking.created"),
    ("window:42:ended", "window:42:ended"),
    ("OperationalError", "OperationalError"),
    ("_Timeout", "_Timeout"),
    ("30007", "30007"),
    ("http-503", "http-503"),
    ("window_", "window_"),
    ("double__underscore", "double__underscore"),
    (Severity.INFO, "info"),
    (NOON, "2026-07-01T12:00:00+00:00"),
    (date(2026, 7, 1), "2026-07-01"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ((1, "a", None), [1, "a", None]),
    ({"phone"}, ["phone"]),
]
BAD: list[Any] = [
    "two words",
    "+14155550123",
    "4155550123",
    "tel4155550123",
    "ana@example.test",
    "why?",
    "Ana’s",
    "日本",
    "a" * 81,
    "line\nbreak",
    "trailing\n",
    3.5,
    b"bytes",
    {"nested": "dict"},
    ["fine", "not fine"],
    object(),
]


@pytest.mark.parametrize(("value", "stored"), GOOD)
def test_facts(value: Any, stored: Any) -> None:
    result = facts({"key": value})["key"]
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize("value", BAD)
def test_everything_else_is_refused_by_its_key_without_repeating_it(value: Any) -> None:
    with pytest.raises(PersonalDataError) as refusal:
        facts({"fine": 1, "culprit": value})
    assert "culprit" in str(refusal.value)
    assert str(value) not in str(refusal.value)


def test_the_payload_of_an_occurrence_is_facts_too() -> None:
    assert NewOccurrence(1, "booking.created", "k", {"at": NOON}).payload == {"at": NOON.isoformat()}
    with pytest.raises(PersonalDataError):
        NewOccurrence(1, "booking.created", "k", {"words": "Hi Ana"})
