"""Tags that every template knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from snoutos.adminkit import wall_clock

register = template.Library()


@register.inclusion_tag("adminkit/icon.html")
def icon(name: str) -> dict[str, str]:
    """A sign of the icon font, by its name. Screen readers pass over it: words stand beside it."""
    return {"name": name}


@register.inclusion_tag("adminkit/which_hour.html")
def which_hour(name: str, typed: Mapping[str, str] | str) -> dict[str, Any]:
    """Beside the field `name` of a `WallClockField`: which of the two, when what was `typed` comes twice; otherwise nothing."""
    said = typed if isinstance(typed, Mapping) else {}
    wall = wall_clock.typed_wall(said.get(name) or "")
    return {
        "name": name,
        "choices": wall_clock.choices(wall),
        "chosen": said.get(f"{name}_which"),
    }
