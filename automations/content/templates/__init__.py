"""The texts of automations: Liquid that an owner writes, and that can do nothing but make a short plain text.

Pure: no database, no network, no clock. A template knows the variables of its trigger, six tags and six
filters. There are no loops and no assignments, so every part of a template runs once at most. Values are data:
what a client wrote comes out letter by letter and is never read as a template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from liquid import BoundTemplate
from liquid.exceptions import LiquidError, LiquidTypeError, OutputStreamLimitError

from automations.content.templates import registry
from automations.content.templates.language import MAX_OUTPUT, MAX_SOURCE, parse, paths
from automations.content.templates.registry import GROUPS, Variable, variables
from automations.content.templates.values import MissingValue, TemplateError, clean

__all__ = [
    "GROUPS",
    "MAX_OUTPUT",
    "MAX_SOURCE",
    "MissingValue",
    "TemplateError",
    "Variable",
    "check",
    "names_used",
    "render",
    "sample",
    "variables",
]


def check(source: str, *, groups: frozenset[str]) -> None:
    """Whether an automation whose trigger brings `groups` may use this template.

    Raises `TemplateError` for what can't be read, is too long (2,000 characters), uses a tag or filter that
    does not exist, or a variable that does not exist or not for this trigger; these are named in `unknown`.
    """
    known = registry.variables(groups)
    unknown = sorted(path for path in paths(parse(source)) if not any(one.covers(path) for one in known))
    if unknown:
        names = tuple(".".join(path) for path in unknown)
        raise TemplateError(_unknown_sentence(unknown[0], known), unknown=names)


def render(source: str, variables: Mapping[str, object]) -> str:
    """The text, of at most 1,600 characters, from `variables` nested by group: plain values only.

    Raises `MissingValue` when a variable it comes across is not there (`{{ x | default: "y" }}` may miss),
    `TemplateError` for everything else. Takes at most half a second of the thread's own time. What values hold is never read as a template.
    """
    text = _rendered(parse(source), clean(variables))
    if len(text) > MAX_OUTPUT:
        raise TemplateError(_TOO_LONG)
    return text


def names_used(source: str) -> frozenset[str]:
    """The dotted names of all variables in the template. Raises `TemplateError` when it can't be read."""
    return frozenset(".".join(path) for path in paths(parse(source)))


def sample(groups: Iterable[str], *, source: str = "") -> dict[str, object]:
    """Made-up values of `groups`, nested as `render` takes them, for previews.

    With `source`, the names it uses under `event.data` get a value too. Raises `TemplateError` as `parse` does.
    """
    return registry.sample(groups, paths=paths(parse(source)))


_TOO_LONG = f"The text is too long: up to {MAX_OUTPUT:,} characters."


def _rendered(template: BoundTemplate, values: dict[str, object]) -> str:
    try:
        return template.render(values)
    except OutputStreamLimitError as error:
        raise TemplateError(_TOO_LONG) from error
    except LiquidTypeError as error:
        raise TemplateError(
            "The template compares text with a number, or checks what something else contains."
        ) from error
    except (LiquidError, RecursionError) as error:
        raise TemplateError("The template can't be turned into text with these variables.") from error


def _unknown_sentence(path: tuple[str, ...], known: Iterable[registry.Variable]) -> str:
    name = ".".join(path)
    there = ", ".join(f"{one.name}.…" if one.nested else one.name for one in known)
    if registry.find(path) is None:
        return f"There's no variable “{name}”. You can use: {there}."
    return f"“{name}” isn't available for this trigger. You can use: {there}."
