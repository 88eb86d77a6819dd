"""Tags that every template knows."""

from __future__ import annotations

from django import template

register = template.Library()


@register.inclusion_tag("adminkit/icon.html")
def icon(name: str) -> dict[str, str]:
    """A sign of the icon font, by its name. Screen readers pass over it: words stand beside it."""
    return {"name": name}
