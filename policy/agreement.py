"""How screening did, by kind of finding: what it found, and what people said to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from policy.models import Action, FindingKind, Resolution, Violation

_AGREED = frozenset((Resolution.REJECTED, Resolution.EDITED))
MONTH_DAYS = 30


@dataclass(slots=True)
class KindRow:
    """One kind's texts: each text counts once for a kind, however often the kind is in it.

    `agreed` were rejected or edited, `sent` approved as they were, `false_alarms` dismissed as such. Those that nobody settled and that
    nobody had to are in `found` alone.
    """

    kind: str
    found: int = 0
    held: int = 0
    agreed: int = 0
    sent: int = 0
    false_alarms: int = 0
    waiting: int = 0

    @property
    def label(self) -> str:
        return str(FindingKind(self.kind).label)

    @property
    def right(self) -> str:
        """How often people said it was no false alarm, as people read it; a dash before anybody said so."""
        settled = self.agreed + self.sent + self.false_alarms
        return f"{100 * (settled - self.false_alarms) / settled:.0f} %" if settled else "–"


def by_kind(violations: QuerySet[Violation]) -> list[KindRow]:
    """A row for each kind that was found, most often first."""
    rows: dict[str, KindRow] = {}
    stored = violations.values_list("findings", "action", "resolution")
    for findings, action, resolution in stored.iterator(chunk_size=2_000):
        for kind in {str(found["kind"]) for found in findings} & set(FindingKind.values):
            _count(rows.setdefault(kind, KindRow(kind)), action, resolution)
    return sorted(rows.values(), key=lambda row: (-row.found, row.kind))


def _count(row: KindRow, action: str, resolution: str) -> None:
    row.found += 1
    row.held += action == Action.HOLD
    row.agreed += resolution in _AGREED
    row.sent += resolution == Resolution.APPROVED
    row.false_alarms += resolution == Resolution.DISMISSED
    row.waiting += action == Action.HOLD and resolution == ""
