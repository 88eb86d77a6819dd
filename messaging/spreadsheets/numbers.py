"""A list of business numbers, pasted or from a CSV file, against what the account owns at the provider.

    found = read(data, owned.listing(account, by=owner), organization=organization, role="pool")

Reading changes nothing and asks nobody: what is wanted is added by `messaging.numbers.owned`, one by one, as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from messaging.errors import FileTooLarge, MessagingError, NoTableInFile
from messaging.models import MessageNumber, Sitter
from messaging.models.numbers import NumberRole
from messaging.numbers.owned import NotOwned, Owned
from messaging.people.phones import BadPhone, parse
from messaging.spreadsheets import tables
from messaging.spreadsheets.tables import Row
from snoutos.accounts.models import Organization

MOST = 200
_LONGEST_LABEL = MessageNumber._meta.get_field("label").max_length or 0
_HEADINGS = {
    "number": {"number", "phone", "phone number", "phonenumber", "phone_number", "e164", "telephone", "line"},
    "label": {"label", "name", "friendly name", "friendlyname", "friendly_name", "description"},
    "role": {"role", "use", "used for", "type"},
    "sitter": {"sitter", "whose", "holder", "assigned to"},
}
_ROLES = {
    word: role.value
    for role in NumberRole
    for word in (role.value, role.value.replace("_", " "), role.label.lower())
} | {"front": "front_desk", "main": "front_desk", "office": "front_desk"}


class ListTooLong(MessagingError):  # noqa: N818
    sentence = (
        f"A list can have up to {MOST} numbers. Split it into several and add them one after the other."
    )
    code = "list_too_long"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A number of the list that can be added, with what the list says of it."""

    number: Owned
    role: str
    label: str = field(default="", repr=False)
    sitter: Sitter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line of the list that can't be added, and why. `said`: how the list writes it, shortened."""

    line: int
    said: str = field(repr=False)
    why: str


@dataclass(frozen=True, slots=True)
class NumbersRead:
    """A list that was read, each part in its order."""

    wanted: Sequence[Wanted]
    refused: Sequence[Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    line: int
    number: str = field(repr=False)
    role: str = ""
    label: str = field(default="", repr=False)
    sitter: str = field(default="", repr=False)


class _Unusable(Exception):  # noqa: N818
    """Why a line is refused."""


def read(data: bytes, listed: Iterable[Owned], *, organization: Organization, role: str) -> NumbersRead:
    """What of the list can be added, and what not and why. `listed`: what the account owns; `role`: that of numbers without one.

    A number a line, or several in one; or a table whose first row has headings: number, and if you like label, role, sitter. Raises
    FileTooLarge, NoTableInFile, ListTooLong.
    """
    owned = {one.e164: one for one in listed}
    judge = _Judge(owned, _sitters(organization), role)
    wanted: list[Wanted] = []
    refused: list[Refused] = []
    for line in _lines(data):
        try:
            wanted.append(judge.judge(line))
        except _Unusable as why:
            refused.append(Refused(line=line.line, said=line.number[:40], why=str(why)))
    return NumbersRead(wanted, refused)


class _Judge:
    """One list's lines against what the account owns. It remembers the numbers it has seen."""

    def __init__(self, owned: dict[str, Owned], sitters: dict[str, list[Sitter]], role: str) -> None:
        self._owned, self._sitters, self._role = owned, sitters, role
        self._seen: set[str] = set()

    def judge(self, line: _Line) -> Wanted:
        """Raises _Unusable."""
        try:
            # One that the account owns is a number, also when it is too new to be known here.
            e164 = line.number if line.number in self._owned else parse(line.number)
        except BadPhone as bad:
            raise _Unusable(bad.sentence) from bad
        if e164 in self._seen:
            raise _Unusable("It's in the list twice: the first one counts.")
        self._seen.add(e164)
        number = self._owned.get(e164)
        if number is None:
            raise _Unusable(NotOwned.sentence)
        if number.hindrance:
            raise _Unusable(f"{number.hindrance}.")
        sitter = self._sitter(line.sitter)
        role = self._role_of(line, sitter)
        if len(line.label) > _LONGEST_LABEL:
            raise _Unusable(f"A label can have up to {_LONGEST_LABEL} characters.")
        return Wanted(number=number, role=role, label=line.label, sitter=sitter)

    def _sitter(self, name: str) -> Sitter | None:
        if not name:
            return None
        found = self._sitters.get(_folded(name), [])
        if len(found) != 1:
            count = "No active sitter is" if not found else "Several sitters are"
            raise _Unusable(f"{count} called “{name[:40]}”. Leave it out and choose after.")
        return found[0]

    def _role_of(self, line: _Line, sitter: Sitter | None) -> str:
        if not line.role:
            return NumberRole.SITTER.value if sitter else self._role
        role = _ROLES.get(_folded(line.role))
        if role is None:
            raise _Unusable(f"“{line.role[:40]}” is no role. Write Front desk, Sitter or Pool.")
        if sitter and role != NumberRole.SITTER:
            raise _Unusable("Only a number with the role Sitter has a sitter.")
        return role


def _lines(data: bytes) -> list[_Line]:
    if len(data) > tables.LARGEST_FILE:
        raise FileTooLarge(tables.too_large())
    found: list[_Line] = []
    try:
        rows = tables.read(data).rows()
        first = next(rows, None)
        if first is None:
            raise NoTableInFile("The list is empty.")
        columns = _columns(first)
        for row in rows if columns else _with(first, rows):
            found += _of_row(row, columns)
            if len(found) > MOST:
                raise ListTooLong
    except tables.NoTable as wrong:
        raise NoTableInFile(str(wrong)) from wrong
    if not found:
        raise NoTableInFile("There's nothing below the headings.")
    return found


def _columns(row: Row) -> dict[str, int]:
    """Where each field stands, when the row has headings; the number's column has to be among them. Else nothing."""
    found: dict[str, int] = {}
    for place, cell in enumerate(row.cells):
        for name, words in _HEADINGS.items():
            if _folded(cell) in words:
                found.setdefault(name, place)
    return found if "number" in found else {}


def _of_row(row: Row, columns: dict[str, int]) -> list[_Line]:
    if columns:
        cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in columns.items()}
        return [_Line(line=row.number, **cells)]
    numbers = [cell for cell in row.cells if _is_phone(cell)]
    if len(numbers) > 1 or not numbers:
        # A line of numbers only; or one in which none is, so that each cell of it is told as what it says.
        return [_Line(line=row.number, number=cell) for cell in row.cells if cell]
    others = [cell for cell in row.cells if cell and cell not in numbers]
    roles = [cell for cell in others if _folded(cell) in _ROLES]
    labels = [cell for cell in others if cell not in roles]
    return [
        _Line(line=row.number, number=numbers[0], role=roles[0] if roles else "", label=" · ".join(labels))
    ]


def _with(first: Row, rest: Iterable[Row]) -> Iterable[Row]:
    yield first
    yield from rest


def _is_phone(text: str) -> bool:
    try:
        parse(text)
    except BadPhone:
        return False
    return True


def _sitters(organization: Organization) -> dict[str, list[Sitter]]:
    """The active ones, by their folded names."""
    found: dict[str, list[Sitter]] = {}
    for sitter in Sitter.objects.of(organization).filter(is_active=True):
        found.setdefault(_folded(sitter.name), []).append(sitter)
    return found


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
