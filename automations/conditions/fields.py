"""The fields that a condition may ask about: the one registry behind the form, the API, the evaluator and the sentence.

A field belongs to a group; a trigger says which groups are known when it fires. Facts are given by field name, in these shapes:

    text        str
    number      int or float
    choice      str, one of the field's choices
    yes_no      bool
    list        list of str
    time        str, "HH:MM", local
    any         a JSON document under `event.data`; the field names the path into it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from automations.schedules import WEEKDAYS

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
_VISIT_TYPES: Choices = (("drop_in", "drop-in"), ("overnight", "overnight"), ("other", "other"))
_PARTIES: Choices = (("client", "a client"), ("sitter", "a sitter"), ("unknown", "somebody unknown"))
_AUTHORS: Choices = (
    ("client", "a client"),
    ("sitter", "a sitter"),
    ("owner", "the owner"),
    ("automation", "an automation"),
    ("system", "the system"),
)
_ROLES: Choices = (("front_desk", "front desk"), ("sitter", "sitter"), ("pool", "pool"))
_HEALTH: Choices = (("healthy", "healthy"), ("watch", "to be watched"), ("failing", "failing"))
_KINDS: Choices = (("care", "care"), ("billing", "billing"), ("staff", "staff"))
_FINDINGS: Choices = (
    ("phone", "phone number"),
    ("email", "e-mail address"),
    ("url", "link"),
    ("social", "social handle"),
    ("payment", "payment handle"),
    ("intent", "taking it elsewhere"),
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
    _yes_no("client.is_known", "client is known", "client is not known"),
    Field("client.name", "client's name", "text", "client"),
    Field("client.pets", "client's list of pets", "text", "client"),
    _yes_no("client.has_visit_now", "client has a visit now", "client has no visit now"),
    _yes_no("client.has_visit_today", "client has a visit today", "client has no visit today"),
    _yes_no("client.has_visit_tomorrow", "client has a visit tomorrow", "client has no visit tomorrow"),
    Field("thread.kind", "kind of conversation", "choice", "thread", _KINDS),
    Field("thread.tags", "conversation's tags", "list", "thread"),
    _yes_no("thread.is_new", "conversation is new", "conversation is not new"),
    _yes_no("sitter.is_in_charge", "a sitter is in charge", "no sitter is in charge"),
    Field("sitter.name", "sitter's name", "text", "sitter"),
    Field("visit.type", "type of visit", "choice", "visit", _VISIT_TYPES),
    Field("visit.minutes", "length of the visit in minutes", "number", "visit"),
    _yes_no(
        "visit.sitter_has_written",
        "the sitter has written since the visit began",
        "the sitter has not written since the visit began",
    ),
    Field("time.of_day", "time of day", "time", "time"),
    Field("time.weekday", "day of the week", "choice", "time", _DAYS),
    _yes_no("time.is_quiet", "it is within quiet hours", "it is outside quiet hours"),
    Field("delivery.error_code", "error code", "text", "delivery"),
    _yes_no("delivery.is_dead_letter", "text was given up", "text was not given up"),
    Field("violation.kinds", "kinds of things found", "list", "violation", _FINDINGS),
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
