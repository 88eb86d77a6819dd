"""What screening found, to take away: a table without anybody's words, and false alarms as labelled texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from audit.export import stream_csv
from policy.models import Resolution, Violation

_HEADER = (
    "id",
    "at",
    "message",
    "thread",
    "author kind",
    "sitter",
    "kinds",
    "findings",
    "highest score",
    "rules",
    "rule version",
    "action",
    "resolution",
    "resolved by",
    "resolved at",
)


def violations_csv(violations: QuerySet[Violation]) -> Iterator[str]:
    """CSV of an organization's violations, line by line, safe to open in a spreadsheet.

    No word of any text is in it: the reasons may quote what stood beside a finding, so rules stand for them.
    """
    rows = violations.select_related("message", "thread", "sitter", "resolved_by")
    return stream_csv(_HEADER, (_row(violation) for violation in rows.iterator(chunk_size=2_000)))


def false_alarms(violations: QuerySet[Violation]) -> Iterator[dict[str, Any]]:
    """The texts of which somebody said "false alarm", as rows of the benchmark's layout: nothing in them is to be found.

    They hold what people wrote: personal data. One row for each text, oldest first.
    """
    seen: set[int] = set()
    dismissed = violations.filter(resolution=Resolution.DISMISSED).select_related("message").order_by("pk")
    for violation in dismissed.iterator(chunk_size=2_000):
        if violation.message_id not in seen:
            seen.add(violation.message_id)
            yield _labelled(violation)


def _row(violation: Violation) -> tuple[object, ...]:
    return (
        violation.public_id,
        violation.created_at.isoformat(),
        violation.message.public_id,
        violation.thread.public_id,
        violation.author_kind,
        violation.sitter,
        _joined(found["kind"] for found in violation.findings),
        len(violation.findings),
        max((float(found.get("score", 0)) for found in violation.findings), default=None),
        _joined(found.get("rule", "") for found in violation.findings),
        violation.rule_version,
        violation.action,
        violation.resolution,
        violation.resolved_by,
        violation.resolved_at.isoformat() if violation.resolved_at else None,
    )


def _labelled(violation: Violation) -> dict[str, Any]:
    message = violation.message
    kinds = sorted({str(found["kind"]) for found in violation.findings})
    return {
        "id": f"F{violation.public_id.hex}",
        "text": message.body if message.original_body is None else message.original_body,
        "spans": [],
        "label_types": [],
        "family": "_".join(("false_alarm", *kinds)),
        "difficulty": "hard",
        "group": "neg",
    }


def _joined(values: Iterable[str]) -> str:
    return " ".join(sorted(set(filter(None, values))))
