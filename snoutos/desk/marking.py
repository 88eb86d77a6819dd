"""A text cut where screening found something, so that a template can mark the words without touching their
escaping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policy.models import FindingKind

_KINDS = dict(FindingKind.choices)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. `why` is empty for plain text and otherwise says what was found in it."""

    text: str
    why: str = ""


def pieces(text: str, findings: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The whole of `text` in order, found spans apart. Overlapping spans become one, with all their reasons.

    Offsets count code points. What lies outside the text is cut off, so that a finding on an older wording
    cannot break a page.
    """
    cut: list[Piece] = []
    done = 0
    for start, end, whys in _merged(text, findings):
        if start > done:
            cut.append(Piece(text[done:start]))
        cut.append(Piece(text[start:end], "; ".join(dict.fromkeys(whys))))
        done = end
    if done < len(text):
        cut.append(Piece(text[done:]))
    return cut


def why(finding: Mapping[str, Any]) -> str:
    """One finding in words: its kind, then what gave it away."""
    kind = _KINDS.get(str(finding.get("kind")), "Needs a look")
    reasons = [str(reason) for reason in finding.get("reasons") or ()]
    return f"{kind}: {', '.join(reasons)}" if reasons else kind


def _merged(text: str, findings: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, list[str]]]:
    merged: list[tuple[int, int, list[str]]] = []
    spans = sorted(
        (max(0, int(found.get("start", 0))), min(len(text), int(found.get("end", 0))), why(found))
        for found in findings
    )
    for start, end, reason in spans:
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            first, last, whys = merged[-1]
            merged[-1] = (first, max(last, end), [*whys, reason])
        else:
            merged.append((start, end, [reason]))
    return merged
