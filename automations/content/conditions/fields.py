"""The fields that a condition may ask about: the one registry behind the form, the API, the evaluator and the sentence.

A field belongs to a group; a trigger says which groups are known when it fires. Facts are given by field name, in these shapes:

    text        str
    number      int or float
    choice      str, one of the field's choices
    yes_no      bool
    list        list of str
    time        str, "HH:MM", local
    any         a JSON document under `event.data`; the field names the path into it"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any, Literal, TypeGuard

from automations.content.schedules import WEEKDAYS

Type = Literal["text", "number", "choice", "yes_no", "list", "time", "any"]
Choices = tuple[tuple[str, str], ...]

# The document of an external event, and how its fields are named: `event.data.booking.pets.0.name`.
EVENT_DATA = "event.data"
EVENT_DATA_PATTERN = r"^event\.data(\.[\w-]{1,60}){1,8}$"

_EVENT_FIELD = re.compile(rf"{EVENT_DATA_PATTERN[:-1]}\Z")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is known when a trigger fires.

    `label` is how a sentence calls it; for yes_no it says yes, and `label_no` says no. `choices` are (value, words) pairs; a list that
    has choices holds only those.
    """

    name: str
    label: str
    type: Type
    group: str
    choices: Choices = ()
    label_no: str = ""

    @property
    def choice_words(self) -> dict[str, str]:
        """What each choice is called."""
        return dict(self.choices)


_DAYS: Choices = tuple((day, day.capitalize()) for day in WEEKDAYS)
_VISIT_TYPES: Choices = (
    ("drop_in", "drop-in"),
    ("walk", "walk"),
    ("overnight", "overnight"),
    ("other", "other"),
)
_PARTIES: Choices = (
    ("client", "a client"),
    ("sitter", "a sitter"),
    ("member", "someone in your office"),
    ("unknown", "unknown sender"),
)
_AUTHORS: Choices = (
    ("client", "a client"),
    ("sitter", "a sitter"),
    ("owner", "the owner"),
    ("automation", "an automation"),
    ("system", "the system"),
)
_ROLES: Choices = (("front_desk", "front desk"), ("sitter", "sitter"), ("pool", "pool"))
_HEALTH: Choices = (("healthy", "healthy"), ("watch", "needs watching"), ("failing", "failing"))
_KINDS: Choices = (("care", "care"), ("staff", "staff"))
_FINDINGS: Choices = (
    ("phone", "phone number"),
    ("email", "e-mail address"),
    ("url", "link"),
    ("social", "social handle"),
    ("payment", "payment handle"),
    ("intent", "going around the business"),
    ("evasion", "disguised contact"),
)


def _yes_no(name: str, yes: str, no: str) -> Field:
    return Field(name, yes, "yes_no", name.partition(".")[0], label_no=no)


_FIELDS = (
    Field("message.text", "text", "text", "message"),
    Field("message.author", "author of the text", "choice", "message", _PARTIES),
    _yes_no("message.has_media", "text has a picture or file", "text has no picture or file"),
    Field("message.length", "length of the text", "number", "message"),
    Field("number.role", "role of the number", "choice", "number", _ROLES),
    Field("number.health", "health of the number", "choice", "number", _HEALTH),
    _yes_no("client.is_known", "client is known", "client is unknown"),
    Field("client.name", "client's name", "text", "client"),
    Field("client.pets", "client's list of pets", "text", "client"),
    _yes_no("client.has_visit_now", "client has a visit now", "client has no visit now"),
    _yes_no("client.has_visit_today", "client has a visit today", "client has no visit today"),
    _yes_no("client.has_visit_tomorrow", "client has a visit tomorrow", "client has no visit tomorrow"),
    Field("thread.kind", "kind of conversation", "choice", "thread", _KINDS),
    Field("thread.tags", "conversation's tags", "list", "thread"),
    _yes_no("thread.is_new", "conversation is new", "conversation isn't new"),
    _yes_no("sitter.is_in_charge", "a sitter is on duty", "no sitter is on duty"),
    Field("sitter.name", "sitter's name", "text", "sitter"),
    Field("visit.type", "type of visit", "choice", "visit", _VISIT_TYPES),
    Field("visit.minutes", "length of the visit in minutes", "number", "visit"),
    _yes_no(
        "visit.sitter_has_written",
        "the sitter has texted since the visit started",
        "the sitter hasn't texted since the visit started",
    ),
    Field("time.of_day", "time of day", "time", "time"),
    Field("time.weekday", "day of the week", "choice", "time", _DAYS),
    _yes_no("time.is_quiet", "it's quiet hours", "it isn't quiet hours"),
    _yes_no("time.is_business_hours", "it's during business hours", "it's outside business hours"),
    Field("delivery.error_code", "error code", "text", "delivery"),
    _yes_no("delivery.is_dead_letter", "all retries failed", "not all retries failed"),
    Field("violation.kinds", "kinds of findings", "list", "violation", _FINDINGS),
    Field("violation.author", "author of the held text", "choice", "violation", _AUTHORS),
    Field("event.name", "name of the event", "text", "event"),
    Field(f"{EVENT_DATA}.*", "event data", "any", "event"),
)
_BY_NAME = {field.name: field for field in _FIELDS if field.type != "any"}

GROUPS = frozenset(field.group for field in _FIELDS)


def fields(groups: frozenset[str]) -> tuple[Field, ...]:
    """The fields that a trigger with these groups may ask about, in the order of the form.

    `event.data.*` stands for every path into the event's document: the form asks for the path.
    """
    return tuple(field for field in _FIELDS if field.group in groups)


def field_named(name: str) -> Field | None:
    """The field of that name, a path into an event's data included; None when there is none."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    if len(name) > _LONGEST_NAME or not _EVENT_FIELD.match(name):
        return None
    return Field(name, f"event's {name.removeprefix(f'{EVENT_DATA}.')}", "any", "event")


def near_miss(name: str, groups: frozenset[str]) -> str:
    """The name of the known field that was probably meant, empty when none is like it."""
    names = [field.name for field in fields(groups) if field.type != "any"]
    return next(iter(get_close_matches(name[:_LONGEST_NAME], names, n=1)), "")


def fold(text: str) -> str:
    """What is compared: Unicode's canonical caseless form, composed (NFC), one blank for any white space, none at the ends.

    Defined for every str, lone surrogates included.
    """
    # Phones bend what people type ("don’t"), keyboards do not ("don't").
    straight = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    if straight.isascii():
        return " ".join(straight.lower().split())
    caseless = unicodedata.normalize("NFD", straight).casefold()
    return " ".join(unicodedata.normalize("NFC", caseless).split())


def tidy(text: str) -> str:
    """The text as it is kept and shown: composed, one blank for any white space, none at the ends; letters as they were written."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def has_word(text: str, word: str) -> bool:
    """True when `word` stands in `text`, both folded, with no letter, digit or mark directly before or after it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_joins(text[start - 1 : start]) or _joins(text[end : end + 1])):
            return True
        start = text.find(word, start + 1)
    return False


def _joins(char: str) -> bool:
    """Marks too: in many scripts they are the vowels of the letter before."""
    return bool(char) and (char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M")


# What is compared with: nothing, one value, a list of values, or two times.
Takes = Literal["nothing", "one", "several", "pair"]


@dataclass(frozen=True, slots=True)
class Operator:
    """A question: `words` stand between the field's label and the value. A negative one is true of what is not there."""

    name: str
    words: str
    takes: Takes
    holds: Callable[[Any, Any], bool]
    negative: bool = False


def operators(kind: Type) -> tuple[Operator, ...]:
    """The questions for fields of this type, in the order of the form."""
    return _BY_TYPE[kind]


def operator_named(kind: Type, name: str) -> Operator | None:
    """The question of that name for this type; None when it has none."""
    return _WAYS_BY_NAME[kind].get(name)


def is_number(value: object) -> TypeGuard[int | float]:
    """A finite number; true and false are none."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def same(one: object, other: object) -> bool:
    """Equal and of one kind: 1 is 1.0 but neither true nor "1"."""
    if isinstance(one, str):
        return isinstance(other, str) and one == other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return is_number(one) and is_number(other) and one == other


def _equal(fact: Any, operand: Any) -> bool:
    return bool(fact == operand)


def _unequal(fact: Any, operand: Any) -> bool:
    return bool(fact != operand)


def _contains(fact: str | Sequence[str], operand: str) -> bool:
    return operand in fact


def _lacks(fact: str | Sequence[str], operand: str) -> bool:
    return operand not in fact


def _contains_any(fact: str, operands: tuple[str, ...]) -> bool:
    return any(operand in fact for operand in operands)


def _one_of(fact: str, operands: tuple[str, ...]) -> bool:
    return fact in operands


def _between(fact: str, pair: tuple[str, str]) -> bool:
    """Half open; a pair whose end is earlier runs over midnight."""
    start, end = pair
    return start <= fact < end if start < end else fact >= start or fact < end


def _data_contains(fact: object, operand: object) -> bool:
    if isinstance(fact, str):
        return isinstance(operand, str) and operand in fact
    return isinstance(fact, tuple) and any(same(item, operand) for item in fact)


def _less(fact: object, operand: float) -> bool:
    return is_number(fact) and fact < operand


def _more(fact: object, operand: float) -> bool:
    return is_number(fact) and fact > operand


_TEXT = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("contains", "contains", "one", _contains),
    Operator("does_not_contain", "doesn't contain", "one", _lacks, negative=True),
    Operator("contains_any_of", "contains any of", "several", _contains_any),
    Operator("contains_word", "contains the word", "one", has_word),
    Operator("starts_with", "starts with", "one", str.startswith),
    Operator("is_empty", "is empty", "nothing", lambda fact, _: not fact, negative=True),
    Operator("is_not_empty", "is not empty", "nothing", lambda fact, _: bool(fact)),
)
_NUMBER = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("less_than", "is less than", "one", _less),
    Operator("at_most", "is at most", "one", lambda fact, most: bool(fact <= most)),
    Operator("more_than", "is more than", "one", _more),
    Operator("at_least", "is at least", "one", lambda fact, least: bool(fact >= least)),
)
_CHOICE = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("is_one_of", "is one of", "several", _one_of),
)
_YES_NO = (
    Operator("is_yes", "is yes", "nothing", lambda fact, _: fact is True),
    Operator("is_no", "is no", "nothing", lambda fact, _: fact is False),
)
_LIST = (
    Operator("includes", "include", "one", _contains),
    Operator("does_not_include", "do not include", "one", _lacks, negative=True),
    Operator("is_empty", "are empty", "nothing", lambda fact, _: not fact, negative=True),
    Operator("is_not_empty", "are not empty", "nothing", lambda fact, _: bool(fact)),
)
_TIME = (
    Operator("before", "is before", "one", lambda fact, end: bool(fact < end)),
    Operator("at_or_after", "is at or after", "one", lambda fact, start: bool(fact >= start)),
    Operator("between", "is between", "pair", _between),
)
_ANY = (
    Operator("is", "is", "one", same),
    Operator("is_not", "is not", "one", lambda fact, operand: not same(fact, operand), negative=True),
    Operator("contains", "contains", "one", _data_contains),
    Operator("less_than", "is less than", "one", _less),
    Operator("more_than", "is more than", "one", _more),
    Operator("exists", "is there", "nothing", lambda fact, _: True),
    Operator("does_not_exist", "is not there", "nothing", lambda fact, _: False, negative=True),
)
_BY_TYPE: dict[Type, tuple[Operator, ...]] = {
    "text": _TEXT,
    "number": _NUMBER,
    "choice": _CHOICE,
    "yes_no": _YES_NO,
    "list": _LIST,
    "time": _TIME,
    "any": _ANY,
}
_WAYS_BY_NAME = {kind: {operator.name: operator for operator in ways} for kind, ways in _BY_TYPE.items()}
