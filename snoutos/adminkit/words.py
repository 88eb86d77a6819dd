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
from django.utils.safestring import SafeString

from snoutos.adminkit.unfold import LABEL, display
from snoutos.core import timefmt

Method = TypeVar("Method", bound=Callable[..., Any])
Tone = Literal["", "info", "success", "warning", "danger", "primary"]


def column(title: str, *, ordering: str | None = None, rich: bool = False) -> Callable[[Method], Method]:
    """Make a method a column or a field. `rich`: it returns a title and what stands small below it."""
    return cast(
        "Callable[[Method], Method]", display(description=title, ordering=ordering, header=rich or None)
    )


def moment(value: datetime | None) -> str:
    """A time as people say it: “Nov 23, 2:30 PM”, with the year when it is another one. A dash for none."""
    return timefmt.on(value, timezone.get_current_timezone(), timezone.now()) if value else "–"


def span(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when: “Sun 2:00–4:00 PM”."""
    return timefmt.span(starts_at, ends_at, timezone.get_current_timezone(), timezone.now())


def badge(text: str, tone: Tone = "") -> SafeString:
    """A short state as a coloured label; the words carry the meaning, the colour only helps."""
    return render_to_string(LABEL, {"text": text, "type": tone})


def card(words: str, state: str, *more: str) -> SafeString:
    """What stands below a row's title: `words`, and on a phone also its state (a badge) and `more`, which have columns elsewhere."""
    rest = [one for one in more if one and one != "–"]
    return render_to_string("adminkit/card.html", {"words": words, "state": state, "more": rest})


def bullets(items: Iterable[str]) -> SafeString | str:
    """Short sentences, one under the other; a dash for none."""
    rows = list(items)
    return render_to_string("adminkit/bullets.html", {"items": rows}) if rows else "–"


def folded(title: str, text: str) -> SafeString:
    """Technical words that nobody has to read: behind a title that opens them."""
    return render_to_string("adminkit/folded.html", {"title": title, "text": text})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what, and more about it."""

    at: datetime | None
    title: str
    detail: str = ""
    tone: Tone = ""


def timeline(steps: Iterable[Step]) -> SafeString | str:
    """What happened, oldest first, as a list that reads from top to bottom."""
    rows = [
        {
            "tone": step.tone,
            "title": step.title,
            "time": moment(step.at) if step.at else "",
            "detail": step.detail,
        }
        for step in steps
    ]
    return render_to_string("adminkit/timeline.html", {"steps": rows}) if rows else "–"
