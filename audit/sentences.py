"""The sentence that owners read for an event."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from audit.registry import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Forgiving(string.Formatter):
    """Formats the trail's own data: a value that an event lacks is a dash, a list is joined by commas."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        if isinstance(value, list):
            return ", ".join(_words(item) for item in value)
        return _words(value)


def _words(value: object) -> str:
    return "–" if value is None or value == "" else str(value).replace("_", " ")


# What an event says less of: the words in brackets around a value that it lacks.
_BRACKETS = re.compile(r" \([^()]*\{(\w+)\}[^()]*\)")


def sentence(verb: str, data: Mapping[str, Any], *, automation: str = "") -> str:
    """The sentence owners read for an event; the verb itself when it is none of ours any more.

    `automation` is the name of the one it is about, which the trail itself does not hold.
    """
    declared = VERBS.get(verb)
    named = {**data, "automation": f"“{automation}”" if automation else "An automation"}
    template = declared.sentence if declared else verb
    if verb == "automation.ran" and data.get("state") == "done":
        template = "{automation} ran."
    template = _BRACKETS.sub(
        lambda found: "" if named.get(found[1]) in (None, "", []) else found[0], template
    )
    return _Forgiving().vformat(template, (), named)
