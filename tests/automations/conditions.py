"""Conditions and facts for tests: valid ones over the whole registry, and facts that are right, wrong or missing."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from hypothesis import strategies as st

from automations.content.conditions import (
    GROUPS,
    Field,
    Operator,
    Tree,
    field_named,
    fields,
    operators,
    parse,
)

DATA_FIELDS = ("event.data.status", "event.data.booking.total", "event.data.pets.0", "event.data.pets.1.name")

# Few words with many spellings, so that questions and facts meet.
_WORDS = (
    "cancel",
    "CANCEL the  visit",
    "don't",
    "don’t",
    "straße",
    "STRASSE",
    "café",
    "cafe\u0301",
    "cafe",
    "İstanbul",
    "कि",
    "क",
    "vip",
    "no-show",
    "a",
    "\u1e9b\u0323",
    "ŉ",
    "👩‍👧",
    "_x_",
)


def _writable(text: str) -> bool:
    categories = [unicodedata.category(char) for char in text if not char.isspace()]
    return any(kind[0] != "C" for kind in categories) and not {"Cc", "Cs"} & set(categories)


written = st.one_of(st.sampled_from(_WORDS), st.text(min_size=1, max_size=8).filter(_writable))
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from((0.5, 1.0, -0.0, 1600)),
    st.floats(-1e12, 1e12).map(lambda x: round(x, 6)),
)
times = st.builds("{:02}:{:02}".format, st.sampled_from((0, 8, 9, 21, 23)), st.sampled_from((0, 30, 59)))
_surrogates = st.text(st.characters(), max_size=5)
texts = st.one_of(
    st.lists(written, max_size=3).map(" ".join),
    st.lists(written, max_size=3).map("".join),
    st.sampled_from(("", " \n\t ", "\ud800")),
    _surrogates,
)
scalars = st.one_of(written, numbers, st.booleans())
documents = st.recursive(
    st.one_of(st.none(), scalars, texts, st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(("status", "booking", "total", "pets", "name", "0")), inner, max_size=4
        ),
    ),
    max_leaves=8,
)
anything = st.one_of(
    documents, st.binary(max_size=3), st.just(object()), st.just(10**400), st.complex_numbers()
)

_PLAIN_FIELDS = tuple(field for field in fields(GROUPS) if field.type != "any")


def read(data: object) -> Tree:
    """Parsed, for a trigger that knows everything."""
    return parse(data, groups=GROUPS)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """One question that may be asked, in its stored form."""
    name = draw(st.one_of(st.sampled_from([f.name for f in _PLAIN_FIELDS]), st.sampled_from(DATA_FIELDS)))
    field = field_named(name)
    assert field is not None
    operator = draw(st.sampled_from(operators(field.type)))
    leaf: dict[str, Any] = {"field": name, "op": operator.name}
    return leaf | draw(_values(field, operator))


@cache
def _values(field: Field, operator: Operator) -> st.SearchStrategy[dict[str, Any]]:
    one = _scalars(field, operator)
    by_count: dict[str, st.SearchStrategy[Any]] = {
        "nothing": st.just(None),
        "one": one,
        "several": st.lists(one, min_size=1, max_size=4),
        "pair": st.lists(one, min_size=2, max_size=2, unique=True),
    }
    if operator.takes == "nothing":
        return st.sampled_from(({}, {"value": None}))
    return st.fixed_dictionaries({"value": by_count[operator.takes]})


def _scalars(field: Field, operator: Operator) -> st.SearchStrategy[Any]:
    if field.choices:
        return st.sampled_from([name for name, _ in field.choices])
    if field.type == "number" or operator.name in ("less_than", "more_than"):
        return numbers
    return {"time": times, "any": scalars}.get(field.type, written)


def _groups(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(st.builds(lambda p: {"all": p}, parts), st.builds(lambda p: {"any": p}, parts))


_one_deep = st.one_of(leaves(), _groups(leaves()))
_two_deep = st.one_of(leaves(), _groups(_one_deep))
conditions = st.one_of(st.sampled_from(({}, None)), leaves(), _groups(_one_deep), _groups(_two_deep))


@cache
def _right(field: Field) -> st.SearchStrategy[Any]:
    names = [name for name, _ in field.choices]
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "text": texts,
        "number": numbers,
        "choice": st.sampled_from(names or [""]),
        "yes_no": st.booleans(),
        "list": st.lists(st.sampled_from(names) if names else texts, max_size=3),
        "time": times,
    }
    return kinds[field.type]


def asked_in(condition: Any) -> list[dict[str, Any]]:
    """The leaves of a stored condition, in reading order."""
    if not condition:
        return []
    parts = condition.get("all") or condition.get("any")
    return [leaf for part in parts for leaf in asked_in(part)] if parts else [condition]


@st.composite
def cases(draw: st.DrawFn, asked: st.SearchStrategy[Any] = conditions) -> tuple[Any, dict[str, object]]:
    """A condition, and facts about what it asks: right, of the wrong type, or missing."""
    condition = draw(asked)
    known: dict[str, object] = {}
    for name in {leaf["field"]: None for leaf in asked_in(condition)}:
        how = draw(st.sampled_from(("right", "right", "right", "wrong", "missing")))
        field = field_named(name)
        assert field is not None
        if field.type == "any":
            _put(known, name, draw({"right": scalars, "wrong": documents}.get(how, st.none())))
        elif how != "missing":
            known[name] = draw(_right(field) if how == "right" else anything)
    return condition, known


def _put(known: dict[str, object], name: str, value: object) -> None:
    """Put the value where the path leads; what stands in the way of another path is replaced."""
    at: Any = known.setdefault("event.data", {})
    *steps, last = name.split(".")[2:]
    for step in steps:
        if not isinstance(at.get(step), dict):
            at[step] = {}
        at = at[step]
    at[last] = value
