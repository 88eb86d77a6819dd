"""A row of the file as a person: name, phones, pets, notes, consent; or what is wrong with it, in which cell, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from audit.export import plain_cell
from messaging.models.imports import ImportKind
from messaging.people.phones import BadPhone, parse
from messaging.spreadsheets import agreements
from messaging.spreadsheets import columns as fields
from messaging.spreadsheets.agreements import Agreement

MOST_PHONES = 10
_LONGEST = {"name": 120, "pets": 200, "notes": 4000, "label": 40}
_TITLES = {"name": "name", "pets": "pets", "notes": "notes", "label": "phone label"}
# What people put between several phones of one cell. A slash and a comma also stand inside one phone, so those are tried last.
_BETWEEN = (re.compile(r"[;|\n\r]+|\s+(?:or|and)\s+|\s+/\s+|,\s+"), re.compile(r"[;|\n\r,/]+"))
_BEFORE = re.compile(r"(?P<called>[^\W\d_][^\d+(:]*?)\s*[:\-]\s*(?P<phone>[+(\d].*)", re.DOTALL)
_AFTER = re.compile(r"(?P<phone>[+(\d].*\d)\s*[(\[]\s*(?P<called>[^\d()\[\]]+?)\s*[)\]]", re.DOTALL)
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_FRACTION = re.compile(r"(\d{10,15})\.0")


class Unusable(Exception):  # noqa: N818
    """The row can't be added as it is. `cell` is what is wrong; the words say why and what to do."""

    def __init__(self, why: str, cell: str = "") -> None:
        super().__init__(why)
        self.why, self.cell = why, cell


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone in E.164, and how the file writes and calls it."""

    e164: str
    written: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a row names."""

    name: str
    phones: list[Phone] = field(default_factory=list)
    pets: str = ""
    notes: str = ""
    agreement: Agreement | None = None

    @property
    def called(self) -> str:
        """The name as it is compared with others: capitals and spaces say nothing."""
        return called(self.name)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one file are read. `zone` is the business' clock, for days."""

    kind: str
    headings: Sequence[str]
    columns: Sequence[str]
    zone: tzinfo = UTC

    def person(self, cells: Sequence[str]) -> Person:
        """Whom a row names. Raises Unusable."""
        if any(cells[len(self.columns) :]):
            raise Unusable(
                "This row has more cells than the first row of the file. Put quotation marks around text that has separators in it.",
                next(cell for cell in cells[len(self.columns) :] if cell),
            )
        name = self._name(cells)
        if not name:
            raise Unusable("The name is empty. Write one.")
        person = Person(
            name=_fitting("name", name),
            phones=self._phones(cells),
            pets=_fitting("pets", ", ".join(self._of("pets", cells))),
            notes=_fitting("notes", "\n".join(self._of("notes", cells))),
            agreement=self._agreement(cells),
        )
        most = MOST_PHONES if self.kind == ImportKind.CLIENTS else 1
        if len(person.phones) > most:
            raise Unusable(_TOO_MANY[self.kind], ", ".join(phone.written for phone in person.phones))
        if person.agreement is not None and not person.phones:
            raise Unusable(
                "Consent to texts belongs to a phone, and this row has none. Add it.",
                person.agreement.written,
            )
        return person

    def _agreement(self, cells: Sequence[str]) -> Agreement | None:
        if "consent" not in self.columns:
            return None
        said, on, words, how, where = (
            " ".join(self._of(name, cells))
            for name in ("consent", "consent_on", "consent_words", "consent_how", "consent_where")
        )
        heading = self.headings[self.columns.index("consent")]
        try:
            return agreements.read(
                said, on=on, words=words, how=how, where=where, heading=heading, zone=self.zone
            )
        except agreements.NotSaid as wrong:
            raise Unusable(wrong.why, wrong.cell) from wrong

    def _name(self, cells: Sequence[str]) -> str:
        return " ".join(
            one for wanted in ("name", "first_name", "last_name") for one in self._of(wanted, cells)
        )

    def _of(self, wanted: str, cells: Sequence[str]) -> list[str]:
        """What stands in the columns of a field, without empty cells."""
        found = (
            plain_cell(cell).strip()
            for name, cell in zip(self.columns, cells, strict=False)
            if name == wanted
        )
        return [cell for cell in found if cell]

    def _phones(self, cells: Sequence[str]) -> list[Phone]:
        padded = [plain_cell(cell).strip() for cell in cells] + [""] * (len(self.columns) - len(cells))
        places = [index for index, name in enumerate(self.columns) if name == "phone"]
        labels = [padded[index] for index, name in enumerate(self.columns) if name == "label"]
        found: dict[str, Phone] = {}
        for nth, index in enumerate(places):
            named = labels[nth] if nth < len(labels) else ""
            for phone in phones_in(
                padded[index], named or ("" if labels else fields.label_in(self.headings[index]))
            ):
                found.setdefault(phone.e164, phone)
        return list(found.values())


_TOO_MANY: dict[str, str] = {
    ImportKind.CLIENTS: f"A client has up to {MOST_PHONES} phones. Take some out.",
    ImportKind.SITTERS: "A sitter has one phone here. Leave the one they text from.",
}


def called(name: str) -> str:
    """A name as names are compared: capitals and spaces say nothing."""
    return " ".join(name.split()).casefold()


def phones_in(cell: str, label: str = "") -> Iterator[Phone]:
    """The phones of one cell, each with what the cell calls it, else `label`. Raises Unusable for what is none."""
    for piece in _pieces(cell):
        text, own = _without_label(piece)
        yield Phone(_parsed(text, piece), piece, _fitting("label", own or label))


def _pieces(cell: str) -> list[str]:
    """A cell divided into phones: not at all when it is one as a whole."""
    if not cell:
        return []
    for between in (None, *_BETWEEN):
        pieces = [cell] if between is None else [one.strip() for one in between.split(cell) if one.strip()]
        if all(is_phone(_without_label(piece)[0]) for piece in pieces):
            return pieces
    return [one.strip() for one in _BETWEEN[0].split(cell) if one.strip()]


def _without_label(piece: str) -> tuple[str, str]:
    """A phone and what it is called: "Cell: 310 555 0161" and "310 555 0161 (cell)"."""
    found = _BEFORE.fullmatch(piece) or _AFTER.fullmatch(piece)
    return (found["phone"], found["called"].strip()) if found else (piece, "")


def is_phone(text: str) -> bool:
    """Whether somebody can have this phone."""
    try:
        parse(_whole(text))
    except BadPhone:
        return False
    return True


def _parsed(text: str, piece: str) -> str:
    if _SHORTENED.fullmatch(text.strip()):
        raise Unusable(
            "The spreadsheet shortened this number and its digits are lost. Format the column as text, enter it again, and save.",
            piece,
        )
    try:
        return parse(_whole(text))
    except BadPhone as error:
        raise Unusable(error.sentence, piece) from error


def _whole(text: str) -> str:
    """Without the ".0" that spreadsheets write behind a number."""
    found = _FRACTION.fullmatch(text.strip())
    return found[1] if found else text


def _fitting(what: str, text: str) -> str:
    if len(text) > _LONGEST[what]:
        raise Unusable(f"The {_TITLES[what]} can have up to {_LONGEST[what]:,} characters. Shorten it.", text)
    return text
