"""What a condition answers: like a plain reference for any facts, and in the cases people care about."""

from __future__ import annotations

import math
import re
import time as clocks
import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from automations.content.conditions import evaluate, field_named
from automations.content.conditions.fields import fold, tidy
from tests.automations.conditions import anything, asked_in, cases, documents, leaves, read, texts
from tests.searching import searched

MISSING = object()
CAFE = {"field": "message.text", "op": "contains", "value": "CAFE\u0301"}


def plain(text: str) -> str:
    """What is compared, said in another way than the code says it."""
    for bent, straight in {"‘": "'", "’": "'", "“": '"', "”": '"'}.items():
        text = text.replace(bent, straight)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
    return re.sub(r"[\s\x1c-\x1f\x85]+", " ", folded).strip(" ")


def number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def alike(one: object, other: object) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return plain(one) == plain(other)
    if number(one) and number(other):
        return one == other
    return type(one) is bool and type(other) is bool and one == other


def fact_of(name: str, known: Mapping[str, object]) -> object:
    """The fact, or MISSING when there is none of the right kind."""
    if name.startswith("event.data."):
        found: object = known.get("event.data")
        for step in name.split(".")[2:]:
            try:
                found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]
            except (KeyError, IndexError, ValueError, TypeError):
                return MISSING
        return MISSING if found is None or isinstance(found, bytes) else found
    field, value = field_named(name), known.get(name)
    assert field is not None
    right = {
        "text": isinstance(value, str),
        "choice": isinstance(value, str),
        "number": number(value),
        "yes_no": isinstance(value, bool),
        "list": isinstance(value, list),
        "time": isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value, re.ASCII) is not None,
    }
    if not right[field.type]:
        return MISSING
    if field.type == "time" and not ("00:00" <= str(value) <= "23:59" and str(value)[3] < "6"):
        return MISSING
    return value


def is_word(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LNM"


def has_word(text: str, word: str) -> bool:
    return any(
        text[i:].startswith(word)
        and not (i > 0 and is_word(text[i - 1]))
        and not (i + len(word) < len(text) and is_word(text[i + len(word)]))
        for i in range(len(text))
    )


def asked(leaf: dict[str, Any], known: Mapping[str, object]) -> bool:
    """The answer to one question, word by word as the operators are described."""
    fact: Any = fact_of(leaf["field"], known)
    op: str = leaf["op"]
    value: Any = leaf.get("value")
    if fact is MISSING:
        return op in ("is_not", "does_not_contain", "does_not_include", "is_empty", "does_not_exist")
    texts_in = (
        [plain(item) if isinstance(item, str) else item for item in fact] if isinstance(fact, list) else []
    )
    text = plain(fact) if isinstance(fact, str) else ""
    match op:
        case "is":
            return alike(fact, value)
        case "is_not":
            return not alike(fact, value)
        case "contains" if isinstance(fact, list):
            return any(alike(item, value) for item in fact)
        case "contains":
            return isinstance(fact, str) and isinstance(value, str) and plain(value) in text
        case "does_not_contain":
            return plain(value) not in text
        case "contains_any_of":
            return any(plain(item) in text for item in value)
        case "contains_word":
            return has_word(text, plain(value))
        case "starts_with":
            return text[: len(plain(value))] == plain(value)
        case "is_empty" | "is_not_empty":
            empty = not [item for item in texts_in if isinstance(item, str)] and text == ""
            return empty == (op == "is_empty")
        case "less_than":
            return number(fact) and bool(fact < value)
        case "more_than":
            return number(fact) and bool(fact > value)
        case "at_most":
            return not fact > value
        case "at_least":
            return not fact < value
        case "is_one_of":
            return any(fact == item for item in value)
        case "is_yes":
            return bool(fact)
        case "is_no":
            return not fact
        case "includes":
            return plain(value) in texts_in
        case "does_not_include":
            return plain(value) not in texts_in
        case "exists":
            return True
        case "does_not_exist":
            return False
        case _:
            return by_the_clock(op, minutes(str(fact)), value)


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def by_the_clock(op: str, at: int, value: Any) -> bool:
    if op == "between":
        start, end = map(minutes, value)
        return (at - start) % 1_440 < (end - start) % 1_440
    return {"before": at < minutes(value), "at_or_after": at >= minutes(value)}[op]


def reference(condition: dict[str, Any] | None, known: Mapping[str, object]) -> bool:
    if not condition:
        return True
    if "all" in condition:
        return all(reference(part, known) for part in condition["all"])
    if "any" in condition:
        return any(reference(part, known) for part in condition["any"])
    return asked(condition, known)


def paths(condition: dict[str, Any] | None, path: str = "") -> list[str]:
    """The place of every leaf, in reading order."""
    if not condition:
        return []
    for join in ("all", "any"):
        if join in condition:
            inner = f"{path}.{join}" if path else join
            return [found for i, part in enumerate(condition[join]) for found in paths(part, f"{inner}.{i}")]
    return [path]


@searched(300)
@given(cases())
def test_answers_agree_with_a_plain_reference(case: tuple[Any, dict[str, object]]) -> None:
    condition, known = case
    outcome = evaluate(read(condition), known)
    assert outcome.met is reference(condition, known)
    assert [result.path for result in outcome.results] == paths(condition)
    assert [result.met for result in outcome.results] == [asked(leaf, known) for leaf in asked_in(condition)]


@searched(1_000)
@given(cases(leaves()))
def test_every_question_agrees_with_a_plain_reference(case: tuple[Any, dict[str, object]]) -> None:
    leaf, known = case
    assert evaluate(read(leaf), known).met is asked(leaf, known)


@searched(150)
@given(leaves(), st.one_of(documents, anything))
def test_any_document_at_all_can_be_asked(leaf: dict[str, Any], document: object) -> None:
    known = {"event.data": document, leaf["field"]: document}
    assert evaluate(read(leaf), known).met is asked(leaf, known)


@searched(400)
@given(texts)
@example("ŉ")
@example("α\u0345\u0301")
def test_folding_is_settled_and_sees_no_difference_that_people_do_not(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(tidy(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(f" {text}\n")


def met(op: str, value: object, fact: object, *, field: str = "message.text") -> bool:
    leaf = {"field": field, "op": op} | ({} if value is None else {"value": value})
    known = {"event.data": {"x": fact}} if field == "event.data.x" else {field: fact}
    return evaluate(read(leaf), known).met


@pytest.mark.parametrize(
    ("op", "value", "fact", "expected"),
    [
        ("contains", "CANCEL", "please cancel it", True),
        ("contains", "cancel it", "please cancel\n  it", True),
        ("contains", "don't", "I don’t know", True),
        ("contains", "don’t", "I don't know", True),
        ("contains", "STRASSE", "in der Hauptstraße", True),
        ("contains", "café", "the cafe\u0301", True),
        ("contains", "cafe", "the café", False),
        ("contains_word", "cancel", "Cancel!", True),
        ("contains_word", "cancel", "cancelled, cancellation", False),
        ("contains_word", "cancel", "cancelled? no, cancel", True),
        ("contains_word", "no show", "It was a no  show.", True),
        ("contains_word", "क", "कि", False),
        ("contains_word", "$5", "give me $5 now", True),
        ("contains_any_of", ["stop", "cancel"], "CANCEL", True),
        ("contains_any_of", ["stop", "cancel"], "go", False),
        ("starts_with", "hi", "  Hi there", True),
        ("starts_with", "there", "Hi there", False),
        ("is", "yes", " YES ", True),
        ("is", "yes", "yes!", False),
        ("is_not", "yes", "yes!", True),
        ("does_not_contain", "dog", "DOGS", False),
        ("is_empty", None, " \n", True),
        ("is_not_empty", None, " \n", False),
    ],
)
def test_texts_are_compared_as_people_read_them(op: str, value: object, fact: str, expected: bool) -> None:
    assert met(op, value, fact) is expected


@pytest.mark.parametrize(
    ("pair", "clock", "expected"),
    [
        (["09:00", "17:00"], "09:00", True),
        (["09:00", "17:00"], "17:00", False),
        (["21:00", "08:00"], "21:00", True),
        (["21:00", "08:00"], "00:00", True),
        (["21:00", "08:00"], "07:59", True),
        (["21:00", "08:00"], "08:00", False),
        (["21:00", "00:00"], "23:59", True),
        (["21:00", "00:00"], "00:00", False),
    ],
)
def test_times_between_are_half_open_and_may_run_over_midnight(
    pair: list[str], clock: str, expected: bool
) -> None:
    assert met("between", pair, clock, field="time.of_day") is expected


@pytest.mark.parametrize(
    ("op", "value", "fact", "expected"),
    [
        ("is", 1, 1.0, True),
        ("is", 1, True, False),
        ("is", True, 1, False),
        ("is", True, True, True),
        ("is", 1, "1", False),
        ("is", "PAID", "paid", True),
        ("is_not", 1, True, True),
        ("less_than", 2, True, False),
        ("more_than", 0, True, False),
        ("less_than", 2, "1", False),
        ("less_than", 2, 1, True),
        ("more_than", 2, float("inf"), False),
        ("contains", "vip", ["VIP"], True),
        ("contains", 1, [True, 1], True),
        ("contains", 1, [True], False),
        ("contains", 1, "1", False),
        ("exists", None, False, True),
        ("exists", None, None, False),
        ("does_not_exist", None, None, True),
        ("is", "a", {"a": 1}, False),
    ],
)
def test_event_data_is_compared_within_its_kind(op: str, value: object, fact: object, expected: bool) -> None:
    assert met(op, value, fact, field="event.data.x") is expected


@pytest.mark.parametrize(
    ("field", "positive", "negative"),
    [
        (
            "message.text",
            [("is", "a"), ("contains", "a"), ("is_not_empty", None)],
            ["is_not", "does_not_contain"],
        ),
        ("message.length", [("at_most", 9), ("less_than", 9), ("is", 0)], ["is_not"]),
        ("client.is_known", [("is_yes", None), ("is_no", None)], []),
        ("thread.tags", [("includes", "a"), ("is_not_empty", None)], ["does_not_include"]),
        ("time.of_day", [("before", "23:59"), ("at_or_after", "00:00")], []),
        ("event.data.x", [("is", "a"), ("exists", None)], ["is_not"]),
    ],
)
def test_of_what_is_not_there_only_the_negative_is_true(
    field: str, positive: list[tuple[str, object]], negative: list[str]
) -> None:
    for fact in (None, object(), b"bytes"):
        if field == "event.data.x" and fact is not None:
            continue
        assert not any(met(op, value, fact, field=field) for op, value in positive)
        value = 1 if field == "message.length" else "a"
        assert all(met(op, value, fact, field=field) for op in negative)


def test_every_leaf_is_asked_also_when_the_first_decides() -> None:
    known = {"message.text": "the Café", "client.is_known": False}
    both = [{"field": "client.is_known", "op": "is_yes"}, CAFE]
    assert [(r.path, r.met) for r in evaluate(read({"all": both}), known).results] == [
        ("all.0", False),
        ("all.1", True),
    ]
    assert len(evaluate(read({"any": [CAFE, *both]}), known).results) == 3


def test_a_step_into_a_list_is_its_position() -> None:
    known = {"event.data": {"pets": [{"name": "Rex"}, {"name": "Mia"}]}}
    second = {"field": "event.data.pets.1.name", "op": "is", "value": "mia"}
    assert evaluate(read(second), known).met
    assert not evaluate(read({**second, "field": "event.data.pets.2.name"}), known).met
    assert not evaluate(read({**second, "field": "event.data.pets.name"}), known).met


def test_a_condition_of_ten_leaves_takes_microseconds() -> None:
    texts_asked = [{"field": "message.text", "op": "contains", "value": f"word {i}"} for i in range(5)]
    others = [
        {"field": "client.has_visit_today", "op": "is_yes"},
        {"field": "time.of_day", "op": "between", "value": ["21:00", "08:00"]},
        {"field": "message.author", "op": "is_one_of", "value": ["client", "unknown"]},
        {"field": "event.data.booking.total", "op": "more_than", "value": 10},
        {"field": "thread.tags", "op": "includes", "value": "vip"},
    ]
    tree = read({"all": [*others, {"any": texts_asked}]})
    known = {
        "message.text": "I don’t think that we need a visit " * 40,
        "client.has_visit_today": True,
        "time.of_day": "22:00",
        "message.author": "client",
        "event.data": {"booking": {"total": 12}},
        "thread.tags": ["new", "VIP"],
    }

    def took() -> float:
        began = clocks.thread_time()
        for _ in range(200):
            evaluate(tree, known)
        return (clocks.thread_time() - began) / 200

    # About 25 microseconds; a shared machine only ever adds.
    assert min(took() for _ in range(10)) < 100e-6
