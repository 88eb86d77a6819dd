"""A file's bytes as a table: what people's spreadsheets write is read, and what is no table is refused in words."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messaging.spreadsheets import tables
from messaging.spreadsheets.tables import NoTable
from tests.messaging.spreadsheets.files import written

PEOPLE = [["Name", "Phone"], ["Zoë Núñez", "(310) 555-0161"], ["Bo", "310 555 0162"]]


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in tables.read(data).rows()]


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("people.csv", "Name,Phone\nBo,3105550162\n")
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_every_way_in_which_spreadsheets_write_is_read(separator: str, encoding: str, said: str) -> None:
    table = tables.read(written(PEOPLE, separator).encode(encoding))
    assert (table.encoding, table.separator) == (said, separator)
    assert [row.cells for row in table.rows()] == PEOPLE


def test_plain_english_in_utf_8_and_windows_is_the_same_and_said_to_be_utf_8() -> None:
    assert tables.read(b"Name,Phone\nBo,3105550162\n").encoding == "UTF-8"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_rows_have_the_numbers_that_the_spreadsheet_shows(ends: str) -> None:
    """A line break inside quotes is inside a cell; an empty row counts and is left out."""
    data = ends.join(["Name,Notes", f'Bo,"gate{ends}code"', "", "Al,dog"])
    assert [(row.number, row.cells) for row in tables.read(data.encode()).rows()] == [
        (1, ["Name", "Notes"]),
        (2, ["Bo", f"gate{ends}code"]),
        (4, ["Al", "dog"]),
    ]


def test_a_line_that_names_the_separator_is_no_row() -> None:
    table = tables.read(b"sep=;\r\nName;Phone\r\nBo, Al;1\r\n")
    assert [(row.number, row.cells) for row in table.rows()] == [(1, ["Name", "Phone"]), (2, ["Bo, Al", "1"])]


def test_commas_in_the_notes_do_not_make_a_file_one_of_commas() -> None:
    rows = [["Name", "Notes"], ["Bo", "likes walks, cats, and naps"], ["Al", "no, none"], ["Cy", ""]]
    assert tables.read(written(rows, ";").encode()).separator == ";"


def test_one_column_is_a_table() -> None:
    assert cells(b"Name\nBo\nAl\n") == [["Name"], ["Bo"], ["Al"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (a_zip(), "not a CSV file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "not a CSV file"),
        (b"%PDF-1.7\n", "not a CSV file"),
        (b"Name,Phone\nB\0o,1\n", "isn't text"),
        (b"\x81\x8d\x8f,\x90\x9d\n", "isn't text"),
        (b"\xff\xfeN\x00\x00\xd8,\x00", "isn't text"),
        (bytes(range(256)) * 10, "isn't text"),
        (b'Name,Notes\nBo,"never closed\nAl,1\n', "Row 2 has quotation marks"),
        (b'Name,Notes\nBo,"a"b\n', "Row 2 has quotation marks"),
        (b"Name\n" + b"a" * 200_000, "Row 2 has a cell too long"),
        (b"," * tables.LARGEST_FILE, "columns"),
        (",".join(f"c{n}" for n in range(100_000)).encode(), "100,000 columns"),
        (",".join(f"c{n}" for n in range(101)).encode(), "101 columns"),
        (b"a" * (tables.LARGEST_FILE + 1), "larger than 5 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(NoTable, match=says):
        cells(data)


def test_empty_columns_that_a_spreadsheet_adds_do_no_harm() -> None:
    assert cells(b"Name,Phone" + b"," * 300 + b"\nBo,1\n")[1] == ["Bo", "1"]


def test_five_megabytes_of_commas_take_no_time_and_little_memory() -> None:
    data = b"," * tables.LARGEST_FILE
    tracemalloc.start()
    with pytest.raises(NoTable):
        cells(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * len(data)


@given(st.binary(max_size=400))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe")
@example(b"sep=,")
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        found = cells(data)
    except NoTable:
        return
    assert all(any(row) and "\0" not in "".join(row) for row in found)


_CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
_TABLES = st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=8).filter(
    lambda rows: all(any(row) for row in rows)
)


@given(_TABLES, st.sampled_from(["utf-8-sig", "utf-16"]))
def test_what_was_written_is_read(rows: list[list[str]], encoding: str) -> None:
    """With headings that tell the separator, as files have them."""
    rows = [["Name", "Phone", "Notes"], *rows]
    assert cells(written(rows).encode(encoding)) == rows


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (99, "CV")])
def test_columns_are_called_as_in_a_spreadsheet(index: int, name: str) -> None:
    assert tables.letter(index) == name
