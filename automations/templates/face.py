"""Checking, rendering and asking: what the package is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from liquid import BoundTemplate
from liquid.exceptions import LiquidError, LiquidTypeError, OutputStreamLimitError

from automations.templates import registry
from automations.templates.errors import TemplateError
from automations.templates.language import MAX_OUTPUT, parse, paths
from automations.templates.values import clean


def check(source: str, *, groups: frozenset[str]) -> None:
    """Whether an automation whose trigger brings `groups` may use this template.

    Raises `TemplateError` for what cannot be read, is too long (2,000 characters), uses a tag or filter that
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
    `TemplateError` for everything else. Takes at most 100 ms. What values hold is never read as a template.
    """
    text = _rendered(parse(source), clean(variables))
    if len(text) > MAX_OUTPUT:
        raise TemplateError(_TOO_LONG)
    return text


def names_used(source: str) -> frozenset[str]:
    """The dotted names of all variables in the template. Raises `TemplateError` when it cannot be read."""
    return frozenset(".".join(path) for path in paths(parse(source)))


def sample(groups: Iterable[str], *, source: str = "") -> dict[str, object]:
    """Made-up values of `groups`, nested as `render` takes them, for previews.

    With `source`, the names it uses under `event.data` get a value too. Raises `TemplateError` as `parse` does.
    """
    return registry.sample(groups, paths=paths(parse(source)))


_TOO_LONG = f"The text gets too long: {MAX_OUTPUT:,} characters at most."


def _rendered(template: BoundTemplate, values: dict[str, object]) -> str:
    try:
        return template.render(values)
    except OutputStreamLimitError as error:
        raise TemplateError(_TOO_LONG) from error
    except LiquidTypeError as error:
        raise TemplateError(
            "The template compares a text with a number, or asks what something else contains."
        ) from error
    except (LiquidError, RecursionError) as error:
        raise TemplateError("The template cannot be made into a text with these variables.") from error


def _unknown_sentence(path: tuple[str, ...], known: Iterable[registry.Variable]) -> str:
    name = ".".join(path)
    there = ", ".join(f"{one.name}.…" if one.nested else one.name for one in known)
    if registry.find(path) is None:
        return f"There is no variable “{name}”. There are: {there}."
    return f"“{name}” is not known to what starts this automation. There are: {there}."
