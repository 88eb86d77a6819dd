"""A condition as a sentence: what people read before they switch an automation on."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.content.conditions import leaf_sentence, sentence
from tests.automations.conditions import conditions, leaves, read
from tests.searching import searched

TODAY = {"field": "client.has_visit_today", "op": "is_yes"}
CANCEL = {"field": "message.text", "op": "contains", "value": "cancel"}
NIGHT = {"field": "time.of_day", "op": "between", "value": ["21:00", "08:00"]}
SUNDAY = {"field": "time.weekday", "op": "is", "value": "sunday"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, "always"),
        ({"all": [TODAY, CANCEL]}, "client has a visit today and text contains “cancel”"),
        ({"any": [SUNDAY, NIGHT]}, "day of the week is Sunday or time of day is between 9:00 PM and 8:00 AM"),
        (
            {"all": [TODAY, {"any": [CANCEL, SUNDAY]}]},
            "client has a visit today; and any of: text contains “cancel”, day of the week is Sunday",
        ),
        (
            {"any": [{"all": [TODAY, CANCEL]}, {"all": [SUNDAY, NIGHT]}]},
            "all of: client has a visit today, text contains “cancel”; or all of: day of the week is Sunday,"
            " time of day is between 9:00 PM and 8:00 AM",
        ),
        (
            {"all": [TODAY, {"any": [CANCEL, {"all": [SUNDAY, NIGHT]}]}]},
            "client has a visit today; and any of: text contains “cancel”, (day of the week is Sunday and"
            " time of day is between 9:00 PM and 8:00 AM)",
        ),
        # Groups that add nothing are not told.
        ({"all": [{"any": [{"all": [CANCEL]}]}]}, "text contains “cancel”"),
        ({"all": [TODAY, {"all": [CANCEL, {"any": [SUNDAY]}]}]},
         "client has a visit today and text contains “cancel” and day of the week is Sunday"),
    ],
)  # fmt: skip
def test_groups_read_apart(condition: dict[str, Any], expected: str) -> None:
    assert sentence(read(condition)) == expected


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("client.has_visit_today", "is_no", None, "client has no visit today"),
        ("message.text", "contains_word", "Cancel", "text contains the word “Cancel”"),
        ("message.text", "contains_any_of", ["a", "b", "c"], "text contains any of “a” or “b” or “c”"),
        ("message.text", "is_empty", None, "text is empty"),
        ("message.length", "more_than", 1_600, "length of the text is more than 1,600"),
        ("visit.minutes", "at_least", 0.5, "length of the visit in minutes is at least 0.5"),
        ("visit.minutes", "at_most", 10**12, "length of the visit in minutes is at most 1,000,000,000,000"),
        ("visit.minutes", "is_not", 0.000001, "length of the visit in minutes is not 0.000001"),
        ("visit.minutes", "is", 999_999_999_999.1, "length of the visit in minutes is 999,999,999,999.1"),
        ("visit.type", "is", "drop_in", "type of visit is drop-in"),
        ("message.author", "is_not", "unknown", "author of the text is not unknown sender"),
        ("time.weekday", "is_one_of", ["sunday", "monday"], "day of the week is one of Monday or Sunday"),
        ("time.of_day", "at_or_after", "00:30", "time of day is at or after 12:30 AM"),
        ("thread.tags", "includes", "VIP", "conversation's tags include “VIP”"),
        ("violation.kinds", "includes", "phone", "kinds of findings include phone number"),
        ("event.data.booking.paid", "is", True, "event's booking.paid is true"),
        ("event.data.booking.total", "less_than", -1, "event's booking.total is less than -1"),
        ("event.data.booking", "exists", None, "event's booking is there"),
    ],
)
def test_a_question_reads_as_people_ask_it(field: str, op: str, value: object, expected: str) -> None:
    leaf = {"field": field, "op": op} | ({} if value is None else {"value": value})
    (only,) = read(leaf).leaves()
    assert leaf_sentence(only) == expected


def test_what_people_wrote_cannot_leave_its_quotation_marks() -> None:
    leaf = {**CANCEL, "value": "x” or text contains “\u202ey\u200f 👩‍👧"}
    assert sentence(read(leaf)) == "text contains “x' or text contains 'y 👩‍👧”"


def test_a_long_text_is_told_whole() -> None:
    assert "x" * 200 in sentence(read({**CANCEL, "value": "x" * 200}))


@searched(200)
@given(conditions)
def test_every_condition_has_a_sentence_on_one_line(condition: Any) -> None:
    said = sentence(read(condition))
    assert said.strip() == said != ""
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in said)
    assert said.count("“") == said.count("”")


@searched(200)
@given(st.lists(leaves(), min_size=1, max_size=4))
def test_every_question_is_told(parts: list[dict[str, Any]]) -> None:
    said = sentence(read({"all": parts}))
    assert said == " and ".join(sentence(read(part)) for part in parts)
