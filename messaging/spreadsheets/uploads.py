"""A file that was handed in: read into rows, judged, its columns chosen. Nobody is added yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Count

from messaging.errors import BadColumns, FileTooLarge, NoTableInFile, NotPossibleNow
from messaging.models import ImportedRow, PeopleImport
from messaging.models.imports import ImportState, RowState
from messaging.spreadsheets import columns as fields
from messaging.spreadsheets import rows as written
from messaging.spreadsheets import tables
from messaging.spreadsheets.judging import Judge
from messaging.spreadsheets.people import Reading, is_phone
from messaging.spreadsheets.tables import Row
from snoutos.accounts.models import Organization, User

AT_ONCE = 500


def upload(
    *,
    organization: Organization,
    kind: str,
    file_name: str,
    data: bytes,
    by: User,
    at: datetime,
    columns: Sequence[str] | None = None,
) -> PeopleImport:
    """Read a file, at most 5 MB and 5,000 rows, and say what would become of each row. Nobody is added.

    `columns` names the field of each column ("" for none), guessed from the headings when it is None. Raises FileTooLarge,
    NoTableInFile, or BadColumns.
    """
    if len(data) > tables.LARGEST_FILE:
        raise FileTooLarge(tables.too_large())
    try:
        table = tables.read(data)
        with transaction.atomic():
            return _stored(organization, kind, file_name, table, columns, by, at)
    except tables.NoTable as wrong:
        raise NoTableInFile(str(wrong)) from wrong


def choose_columns(people_import: PeopleImport, columns: Sequence[str]) -> PeopleImport:
    """Read the rows of a draft anew, with these columns. Raises BadColumns; NotPossibleNow once it was started."""
    with transaction.atomic():
        draft = held_draft(people_import)
        draft.columns = _checked(draft, columns)
        draft.save(update_fields=["columns"])
        _judge_again(draft)
        return draft


def discard(people_import: PeopleImport) -> None:
    """Forget a draft with all that its file said. Raises NotPossibleNow once it was started."""
    with transaction.atomic():
        draft = held_draft(people_import)
        draft.rows.all().delete()
        draft.delete()


def held_draft(people_import: PeopleImport) -> PeopleImport:
    """The import, exclusively, while nothing was started. Raises NotPossibleNow."""
    rows = PeopleImport.objects.select_for_update(no_key=True)
    found: PeopleImport | None = rows.filter(pk=people_import.pk, state=ImportState.DRAFT).first()
    if found is None:
        raise NotPossibleNow("This import was started or thrown away a moment ago.")
    return found


def reading_of(people_import: PeopleImport) -> Reading:
    """How the rows of the import are read."""
    return Reading(
        people_import.kind, people_import.headings, people_import.columns, people_import.organization.zone
    )


def _stored(
    organization: Organization,
    kind: str,
    file_name: str,
    table: tables.Table,
    columns: Sequence[str] | None,
    by: User,
    at: datetime,
) -> PeopleImport:
    rows = table.rows()
    headings, first = _headings(rows)
    draft = PeopleImport(
        organization=organization, kind=kind, file_name=file_name.replace("\0", "")[-120:], encoding=table.encoding,
        headings=headings, created_by=by, created_at=at,
    )  # fmt: skip
    draft.columns = fields.guess(kind, headings) if columns is None else _checked(draft, columns)
    draft.save()
    judge, count = Judge(organization.pk, reading_of(draft)), 0
    people = _with(first, rows)
    while chunk := list(islice(people, AT_ONCE)):
        count += len(chunk)
        if count > tables.MOST_ROWS:
            raise NoTableInFile(
                f"The file has more than {tables.MOST_ROWS:,} rows. Split it into several and import them one after the other."
            )
        ImportedRow.objects.bulk_create(_judged(draft, judge, [(row.number, row.cells) for row in chunk]))
    if not count:
        raise NoTableInFile(
            "There's nothing below the first row, which has to be the columns' headings. Add the people and upload it again."
        )
    return draft


def _headings(rows: Iterator[Row]) -> tuple[list[str], Row | None]:
    """The headings; where the first row has a phone in it, it is somebody and not headings: it comes back, and the headings are empty."""
    first = next(rows, None)
    if first is None:
        raise NoTableInFile("The file is empty.")
    if any(is_phone(cell) for cell in first.cells):
        return [""] * len(first.cells), first
    return [heading[:200] for heading in first.cells], None


def _with(first: Row | None, rest: Iterable[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
    yield from rest


def _judged(
    draft: PeopleImport, judge: Judge, rows: Sequence[tuple[int, Sequence[str]]]
) -> list[ImportedRow]:
    return [
        ImportedRow(
            organization_id=draft.organization_id, people_import=draft, number=number, cells=cells,
            state=verdict.state, cell=verdict.cell, why=verdict.why, agrees=verdict.agrees,
        )
        for (number, cells), verdict in zip(rows, judge.judge(rows), strict=True)
    ]  # fmt: skip


def _judge_again(draft: PeopleImport) -> None:
    """In chunks, so that memory stays flat."""
    judge, last = Judge(draft.organization_id, reading_of(draft)), 0
    while rows := list(draft.rows.filter(number__gt=last).order_by("number")[:AT_ONCE]):
        last = rows[-1].number
        for row, verdict in zip(rows, judge.judge([(row.number, row.cells) for row in rows]), strict=True):
            row.state, row.cell, row.why = verdict.state, verdict.cell, verdict.why
            row.agrees = verdict.agrees
        written.write(rows)


def _checked(draft: PeopleImport, columns: Sequence[str]) -> list[str]:
    if len(columns) != len(draft.headings):
        raise BadColumns(f"The file has {len(draft.headings)} columns; say for each what it is.")
    wrong = fields.faults(draft.kind, columns)
    if wrong:
        raise BadColumns(" ".join(wrong))
    return list(columns)


def agreeing(people_import: PeopleImport) -> int:
    """How many of the rows to add, or added, bring consent along."""
    rows = people_import.rows.filter(agrees=True, state__in=(RowState.NEW, RowState.ADDED, RowState.KEPT))
    return int(rows.count())


def count(people_import: PeopleImport) -> dict[str, int]:
    """How many rows there are in each state now."""
    found = people_import.rows.order_by().values_list("state").annotate(many=Count("pk"))
    return {state.value: 0 for state in RowState} | dict(found)
