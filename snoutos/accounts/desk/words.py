"""How pages about rows show states, times and what happened.

Times are in the business' zone, which the page has activated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.decorators import display

Method = TypeVar("Method", bound=Callable[..., Any])
Tone = Literal["", "info", "success", "warning", "danger", "primary"]


def column(title: str, *, ordering: str | None = None, rich: bool = False) -> Callable[[Method], Method]:
    """Make a method a column or a field. `rich`: it returns a title and what stands small below it."""
    return cast(
        "Callable[[Method], Method]", display(description=title, ordering=ordering, header=rich or None)
    )


def moment(value: datetime | None) -> str:
    """A time as people say it: “Nov 23, 2:30 PM”, with the year when it is another one. A dash for none."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    year = "" if local.year == timezone.localtime(timezone.now()).year else f", {local.year}"
    return f"{local:%b} {local.day}{year}, {local.strftime('%I').lstrip('0')}:{local:%M %p}"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when; the second day is left out when it is the first."""
    start, end = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if start.date() == end.date():
        return f"{moment(starts_at)} – {end.strftime('%I').lstrip('0')}:{end:%M %p}"
    return f"{moment(starts_at)} – {moment(ends_at)}"


def badge(text: str, tone: Tone = "") -> SafeString:
    """A short state as a coloured label; the words carry the meaning, the colour only helps."""
    return mark_safe(render_to_string("unfold/helpers/label.html", {"text": text, "type": tone}))  # noqa: S308


def card(words: str, state: str, *more: str) -> SafeString:
    """What stands below a row's title: `words`, and on a phone also its state (a badge) and `more`, which have columns elsewhere."""
    rest = format_html_join("", " · {}", ((one,) for one in more if one and one != "–"))
    return format_html('{}<span class="d-card">{}{}</span>', words, state, rest)


def bullets(items: Iterable[str]) -> SafeString | str:
    """Short sentences, one under the other; a dash for none."""
    rows = list(items)
    if not rows:
        return "–"
    return format_html(
        '<ul class="flex flex-col gap-1">{}</ul>',
        format_html_join("", "<li>{}</li>", ((row,) for row in rows)),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, and more about it."""

    at: datetime | None
    title: str
    detail: str = ""
    tone: Tone = ""


_DOTS = {
    "": "bg-base-400",
    "info": "bg-blue-500",
    "success": "bg-green-500",
    "warning": "bg-orange-500",
    "danger": "bg-red-500",
    "primary": "bg-primary-600",
}


_STEP = (
    '<li class="flex gap-3">'
    '<span aria-hidden="true" class="{} mt-2 h-2 w-2 shrink-0 rounded-full"></span>'
    '<div><p><strong class="font-semibold text-important">{}</strong> '
    '<span class="text-base-500 dark:text-base-400">{}</span></p>{}</div></li>'
)


def timeline(steps: Iterable[Step]) -> SafeString | str:
    """What happened, oldest first, as a list that reads from top to bottom."""
    rows = [
        (
            _DOTS[step.tone],
            step.title,
            moment(step.at) if step.at else "",
            format_html('<p class="leading-relaxed">{}</p>', step.detail) if step.detail else "",
        )
        for step in steps
    ]
    if not rows:
        return "–"
    items = format_html_join("", _STEP, rows)
    return format_html('<ol class="flex flex-col gap-3">{}</ol>', items)
