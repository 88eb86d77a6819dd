"""Reading the trail of one organization: the timeline, the search, the CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from audit.models import AuditEvent
from audit.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from snoutos.accounts.models import Organization

# What a spreadsheet may take for a formula, or for the end of the cell before one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HEADER = (
    "id",
    "at",
    "verb",
    "what happened",
    "actor",
    "actor id",
    "credential",
    "credential id",
    "subject",
    "subject id",
    "conversation id",
    "correlation id",
    "data",
)


def events_of(organization: Organization) -> QuerySet[AuditEvent]:
    """The organization's events, newest first. Nothing of another organization or of the installation."""
    return AuditEvent.objects.filter(organization=organization).order_by("-pk")


def timeline(organization: Organization, thread_id: int) -> QuerySet[AuditEvent]:
    """What happened in a thread, oldest first."""
    return AuditEvent.objects.filter(organization=organization, thread_id=thread_id).order_by("pk")


def search(
    organization: Organization,
    *,
    verb: str = "",
    actor_kind: str = "",
    actor_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    correlation_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """The organization's events that meet everything given, newest first.

    `since` is inclusive, `until` exclusive. A `verb` that ends in a dot stands for all that begin with it.
    """
    wanted: dict[str, Any] = {
        "verb__startswith" if verb.endswith(".") else "verb": verb or None,
        "actor_kind": actor_kind or None,
        "actor_id": actor_id,
        "subject_kind": subject_kind or None,
        "subject_id": subject_id,
        "correlation_id": correlation_id,
        "at__gte": since,
        "at__lt": until,
    }
    return events_of(organization).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )


def events_csv(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """CSV of a scoped queryset, line by line, in constant memory."""
    return stream_csv(_HEADER, (_row(event) for event in events.iterator(chunk_size=2_000)))


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """CSV line by line, safe to open in a spreadsheet."""
    writer = csv.writer(_Line())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def safe_cell(value: object) -> object:
    """`value` for a CSV cell: empty for None; an apostrophe before what a spreadsheet would run, also where one stands there already."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def plain_cell(cell: str) -> str:
    """What `safe_cell` made a cell of: the apostrophe that it put there is gone."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _row(event: AuditEvent) -> tuple[object, ...]:
    return (
        event.pk,
        event.at.isoformat(),
        event.verb,
        sentence(event.verb, event.data),
        event.actor_kind,
        event.actor_id,
        event.credential_kind,
        event.credential_id,
        event.subject_kind,
        event.subject_id,
        event.thread_id,
        event.correlation_id,
        "; ".join(f"{key}={_shown(value)}" for key, value in sorted(event.data.items())),
    )


def _shown(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value


class _Line:
    """Gives a CSV writer's line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
