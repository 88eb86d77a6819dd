"""What became of each row, to look at and to take away."""

from __future__ import annotations

from collections.abc import Iterator

from audit.export import stream_csv
from messaging.models import ImportedRow, PeopleImport
from messaging.models.imports import RowState

HEADER = ("Row", "Result", "Name", "Cell", "Why and what to do")


def report_csv(people_import: PeopleImport) -> Iterator[str]:
    """Every row with its result, line by line, safe to open in a spreadsheet. Begins with the mark by which spreadsheets know UTF-8."""
    yield "\ufeff"
    rows = people_import.rows.select_related("client", "sitter").order_by("number").iterator(chunk_size=500)
    yield from stream_csv(HEADER, (_line(people_import, row) for row in rows))


def name_in(people_import: PeopleImport, row: ImportedRow) -> str:
    """Whom the row names: the card it made, else what stands in the columns of the name."""
    if row.person is not None:
        return row.person.name
    wanted = ("name", "first_name", "last_name")
    cells = zip(people_import.columns, row.cells, strict=False)
    return " ".join(cell for column, cell in cells if column in wanted and cell)


def _line(people_import: PeopleImport, row: ImportedRow) -> tuple[object, ...]:
    return row.number, RowState(row.state).label, name_in(people_import, row), row.cell, row.why
