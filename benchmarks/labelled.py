"""Texts with the contacts in them labelled, and what a detector finds there."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policy.detector import AllowList

DATA = Path(__file__).parent / "data"
CONTACTS = frozenset(("phone", "email", "url", "social", "payment"))
# What counts as noticing a contact; where a disguised one stands has no kind of its own in the labels.
NOTICED = CONTACTS | {"evasion"}
# The labelled texts, each with its conversations. `tricks` was written before the rules of the second round; none is unseen any more.
SETS = {
    "dev": "threads_dev",
    "dev2": "threads_dev2",
    "held_out": "threads_dev",
    "tricks": "threads_tricks",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled or found part of a text; `kinds` are the kinds it may count as."""

    start: int
    end: int
    kinds: frozenset[str]

    def overlap(self, other: "Span") -> int:
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text."""

    text: str
    group: str
    family: str
    difficulty: str
    kind: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a detector found in one row."""

    row: Row
    found: tuple[Span, ...]

    @property
    def contacts(self) -> tuple[Span, ...]:
        return tuple(span for span in self.found if span.kinds & NOTICED)

    @property
    def typed(self) -> tuple[Span, ...]:
        return tuple(span for span in self.found if span.kinds & CONTACTS)


def file_of(name: str) -> Path:
    """Where a set of labelled texts or conversations is kept."""
    return DATA / f"{name}.jsonl"


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """What a file holds, line by line."""
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def rows_of(path: Path) -> list[Row]:
    """The labelled texts of a file."""
    return [
        Row(
            text=row["text"],
            group=row["group"],
            family=row["family"],
            difficulty=row["difficulty"],
            kind=row["spans"][0]["type"] if row["spans"] else "",
            spans=tuple(
                Span(s["start"], s["end"], frozenset((s["type"], *s.get("alt", ())))) for s in row["spans"]
            ),
        )
        for row in lines(path)
    ]


def allowed(path: Path) -> AllowList:
    """The contacts that are the business' own."""
    listed = json.loads(path.read_text(encoding="utf-8"))
    hotlines = (line["e164"] for line in listed["public_hotlines"])
    return AllowList(
        numbers=frozenset((*listed["business_numbers_e164"], *hotlines)),
        domains=frozenset(listed["brand_domains_ok"]),
    )
