"""A file's bytes as a table: which characters, which separator, which rows. Knows nothing of people.

    table = read(data)
    for row in table.rows(): ...

What is no table is refused with `NoTable`, whose words say what the person can do about it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

LARGEST_FILE = 5_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 100
SEPARATORS = ",;\t"
_ENDS_OF_LINES = re.compile(r"\r\n|\r|\n")
# So many separators in one line are no table of ours, whatever is quoted there; a reader would make a list of all of them.
_WIDEST_LINE = 20_000
# How much of a file tells its separator.
_LOOKED_AT = 65_536
_SEPARATOR_LINE = re.compile(r"\A\"?sep=(?P<separator>[,;\t])\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WORKBOOK = (
    "This is a spreadsheet's own file or an archive, not a CSV file. In the spreadsheet, choose Save As or Download, "
    "then CSV (UTF-8)."
)
# What other files begin with.
_OTHERS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x1f\x8b",
    b"{\\rtf",
    b"Rar!",
    b"7z\xbc\xaf",
)
_NO_TEXT = "This file isn't text, so it can't be read as a table. Save it as CSV (UTF-8) and upload it again."


class NoTable(Exception):  # noqa: N818
    """The file can't be read as a table; its words say what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, without the spaces around them, under its number in the spreadsheet (the first is 1)."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read. `encoding` is told to the person, who alone can see whether accents look right."""

    encoding: str
    separator: str
    _text: str

    def rows(self) -> Iterator[Row]:
        """Every row that says something, first to last. Raises NoTable where the file breaks off or a row is too wide."""
        reader = csv.reader(_lines(self._text), delimiter=self.separator, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise NoTable(_broken(number, error)) from error
            if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
                raise NoTable(_too_wide(f"Row {number} has {len(cells):,} columns"))
            cells = [cell.strip() for cell in cells[:MOST_COLUMNS]]
            if any(cells):
                yield Row(number, cells)


def read(data: bytes) -> Table:
    """The table in a file's bytes. Raises NoTable."""
    if len(data) > LARGEST_FILE:
        raise NoTable(too_large())
    encoding, text = decoded(data)
    named = _SEPARATOR_LINE.match(text)
    if named is not None:
        return Table(_NAMES[encoding], named["separator"], _bounded(text[named.end() :], named["separator"]))
    separator = separator_of(text)
    return Table(_NAMES[encoding], separator, _bounded(text, separator))


def too_large() -> str:
    """What is said of a file over the limit."""
    return f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Split it into several and import them one after the other."


def decoded(data: bytes) -> tuple[str, str]:
    """How the bytes are written, as Python names it, and their text. Raises NoTable for what is no text.

    A file says so itself by its mark; without one it is UTF-8 when it can be, UTF-16 when every other byte is empty, and else what
    Windows writes in the Americas and Western Europe.
    """
    if data.startswith(_OTHERS):
        raise NoTable(_WORKBOOK)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, _checked(_strictly(data[len(mark) :], encoding))
    for encoding in (_unmarked_utf16(data), "utf-8", "cp1252"):
        if not encoding:
            continue
        try:
            return encoding, _checked(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise NoTable(_NO_TEXT)


def separator_of(text: str) -> str:
    """Which of `SEPARATORS` divides the cells: by which most rows are as wide as most others, then the widest. A comma for one column."""
    best, score = ",", (0, 0)
    for separator in SEPARATORS:
        widths = _widths(text[:_LOOKED_AT], separator)
        if not widths:
            continue
        width, rows = max(Counter(widths).items(), key=lambda one: (one[1], one[0]))
        found = (round(100 * rows / len(widths)), width)
        if width > 1 and found > score:
            best, score = separator, found
    return best


def letter(index: int) -> str:
    """What a spreadsheet calls the column at `index`: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _widths(start: str, separator: str) -> list[int]:
    """How wide the first rows are; none where a line has more separators than any table. The last may be cut off, so it does not count."""
    if max(line.count(separator) for line in _lines(start)) > MOST_COLUMNS * 10:
        return [MOST_COLUMNS * 10]
    reader = csv.reader(_lines(start), delimiter=separator)
    try:
        widths = [len(cells) for cells in islice(reader, 100) if any(cells)]
    except csv.Error:
        return []
    return widths[:-1] if len(widths) > 1 and len(start) == _LOOKED_AT else widths


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, one at a time: a stream of the text would take four bytes a character."""
    begins = 0
    for end in _ENDS_OF_LINES.finditer(text):
        yield text[begins : end.end()]
        begins = end.end()
    yield text[begins:]


def _bounded(text: str, separator: str) -> str:
    """`text`, unless one line of it would make an endless row. Raises NoTable."""
    widest = max(line.count(separator) for line in _lines(text))
    if widest > _WIDEST_LINE:
        raise NoTable(_too_wide(f"A row has {widest + 1:,} columns"))
    return text


def _too_wide(what: str) -> str:
    return f"{what}; up to {MOST_COLUMNS} can be read. Delete the columns you don't need and upload it again."


def _broken(number: int, error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"Row {number} has a cell too long to read. Shorten it and upload the file again."
    return (
        f"Row {number} has quotation marks that don't match, so where its cells end isn't certain. "
        "Save the file as CSV from the spreadsheet again, or correct that row."
    )


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoTable(_NO_TEXT) from error


def _checked(text: str) -> str:
    if "\0" in text:
        raise NoTable(_NO_TEXT)
    return text


def _unmarked_utf16(data: bytes) -> str:
    """Text of our alphabet in UTF-16 has an empty byte in every pair, nearly always on the same side."""
    start = data[:2000]
    pairs = len(start) // 2
    if pairs == 0 or len(data) % 2:
        return ""
    low, high = start[1::2].count(0), start[0::2].count(0)
    if low > 0.7 * pairs and high == 0:
        return "utf-16-le"
    return "utf-16-be" if high > 0.7 * pairs and low == 0 else ""
