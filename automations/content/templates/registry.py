"""Which variables there are, by group. A trigger brings some of the groups, always `business` and `time`.

Dates and times arrive as text, already in the business' own zone and words ("Tue, Dec 1", "2:30 PM").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Variable:
    """`name` as it is written, `label` for people, `sample` for previews. Any name may follow one that is
    `nested`, and one must.
    """

    name: str
    label: str
    sample: str
    group: str
    nested: bool = False

    def covers(self, path: tuple[str, ...]) -> bool:
        """Whether `path`, the parts of a dotted name, means this variable."""
        own = tuple(self.name.split("."))
        return path[: len(own)] == own and len(path) > len(own) if self.nested else path == own


VARIABLES = (
    Variable("client.name", "The client's full name", "Dana Whitfield", "client"),
    Variable("client.first_name", "The client's first name", "Dana", "client"),
    Variable("client.pets", "The names of the client's pets", "Biscuit and Mochi", "client"),
    Variable("sitter.name", "The sitter's full name", "Ana Reyes", "sitter"),
    Variable("sitter.first_name", "The sitter's first name", "Ana", "sitter"),
    Variable("visit.type", "The kind of visit", "Drop-in", "visit"),
    Variable("visit.date", "The day of the visit", "Tue, Dec 1", "visit"),
    Variable("visit.starts", "When the visit starts", "2:30 PM", "visit"),
    Variable("visit.ends", "When the visit ends", "3:00 PM", "visit"),
    Variable("business.name", "The name of your business", "Happy Tails", "business"),
    Variable("business.number", "Your front desk's number", "(555) 010-0100", "business"),
    Variable(
        "business.opens", "When you open next, empty when you're always open", "Mon 8:00 AM", "business"
    ),
    Variable(
        "business.emergency_contact",
        "Who to call in an emergency, from Settings",
        "VCA Animal Hospital, (310) 555-0123",
        "business",
    ),
    Variable("message.text", "What they wrote", "Can we move Tuesday's visit?", "message"),
    Variable("event.name", "The name of the event", "booking.created", "event"),
    Variable("event.data", "Anything in the event, as event.data.its_name", "example", "event", nested=True),
    Variable("time.today", "Today's date", "Tue, Dec 1", "time"),
    Variable("time.now", "The current time", "1:15 PM", "time"),
)

GROUPS = tuple(dict.fromkeys(variable.group for variable in VARIABLES))


def variables(groups: Iterable[str]) -> tuple[Variable, ...]:
    """The variables of `groups`, in the order a form shows them."""
    wanted = frozenset(groups)
    return tuple(variable for variable in VARIABLES if variable.group in wanted)


def find(path: tuple[str, ...]) -> Variable | None:
    """The variable that `path` means, or None."""
    return next((variable for variable in VARIABLES if variable.covers(path)), None)


def sample(groups: Iterable[str], *, paths: Iterable[tuple[str, ...]] = ()) -> dict[str, Any]:
    """Made-up values of every variable in `groups`, nested as `render` takes them.

    `paths` are names a template uses: those that may have any name get a value as well.
    """
    values: dict[str, Any] = {}
    for variable in variables(groups):
        own = tuple(variable.name.split("."))
        _put(values, own, {} if variable.nested else variable.sample)
        for path in sorted(path for path in paths if variable.nested and variable.covers(path)):
            _put(values, path, variable.sample)
    return values


def _put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Sets the value; of two names where one goes on from the other, the longer one wins."""
    *parents, last = path
    for name in parents:
        inner = values.get(name)
        if not isinstance(inner, dict):
            inner = values[name] = {}
        values = inner
    values[last] = value
