"""Files as people hand them in, and what becomes of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from django.utils import timezone

from messaging.models import ImportedRow, PeopleImport
from messaging.spreadsheets import running, undoing, uploads
from tests.business import Office


def upload(business: Office, data: str | bytes, kind: str = "clients", **more: object) -> PeopleImport:
    """A draft of a file."""
    raw = data if isinstance(data, bytes) else data.encode()
    return uploads.upload(
        organization=business.organization, kind=kind, file_name="people.csv", data=raw, by=business.owner,
        at=timezone.now(), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def imported(business: Office, data: str | bytes, kind: str = "clients") -> PeopleImport:
    """A file, with all that could be added."""
    return run(business, upload(business, data, kind))


def run(business: Office, draft: PeopleImport) -> PeopleImport:
    """Start a draft and work on it until it is over."""
    running.start(draft, by=business.owner, at=timezone.now())
    running.go_on(draft.pk)
    return fresh(draft)


def undone(business: Office, done: PeopleImport) -> PeopleImport:
    """Take an import back."""
    undoing.undo(done, by=business.owner, at=timezone.now())
    running.go_on(done.pk)
    return fresh(done)


def fresh(one: PeopleImport) -> PeopleImport:
    """As it stands in the database."""
    found: PeopleImport = PeopleImport.objects.get(pk=one.pk)
    return found


def told(one: PeopleImport) -> list[tuple[int, str, str, str]]:
    """Number, state, cell and reason of every row."""
    rows = ImportedRow.objects.filter(people_import=one).order_by("number")
    return list(rows.values_list("number", "state", "cell", "why"))


def states(one: PeopleImport) -> list[str]:
    return [state for _, state, _, _ in told(one)]


def written(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()
