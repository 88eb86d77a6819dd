"""What the file said is personal data: forgotten 30 days after it came, or when the import is undone. Counts and events stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging.models import PeopleImport
from messaging.models.imports import ImportState, RowState

KEPT = timedelta(days=30)
AT_ONCE = 100


def forget(at: datetime) -> int:
    """Forget files that came more than 30 days ago, whoever's they are; how many. One that is being worked on waits."""
    over = PeopleImport.objects.filter(created_at__lt=at - KEPT, forgotten_at__isnull=True)
    over = over.exclude(state__in=(ImportState.RUNNING, ImportState.UNDOING)).order_by("pk")[:AT_ONCE]
    found = list(over)
    for one in found:
        forget_words(one, at)
    return len(found)


def forget_words(one: PeopleImport, at: datetime) -> None:
    """Forget what the file of an import said: its name, headings and rows; only those stay that name whom an undo kept."""
    one.rows.exclude(state=RowState.KEPT).delete()
    one.rows.update(cells=[])
    one.file_name, one.headings, one.columns, one.forgotten_at = "", [], [], at
    one.save(update_fields=["file_name", "headings", "columns", "forgotten_at"])
