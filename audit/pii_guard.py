"""What the trail may hold: ids, enums, counts and times. Everything else is refused where it is made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from audit.errors import PersonalDataError

Scalar = str | int | bool | datetime | date | UUID | None
Value = Scalar | Iterable[Scalar]
Plain = str | int | bool | None | list["Plain"]

# Codes and enums: words joined by . _ - : / or a short number. No spaces, no "+", no "@": neither a sentence
# nor a phone nor an address fits.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._:/-][A-Za-z0-9]+)*|_?[A-Za-z][A-Za-z0-9_]*|-?[0-9]{1,6}")
_LONGEST = 80
_PHONE = re.compile(r"[0-9]{7,}")


def facts(values: Mapping[str, Value]) -> dict[str, Plain]:
    """`values` as plain JSON. Raises `PersonalDataError` naming the key of the first that is no fact."""
    return {key: _plain(key, value) for key, value in values.items()}


def _plain(key: str, value: Value) -> Plain:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _word(key, str(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return [_plain(key, item) for item in value]
    raise PersonalDataError(
        f"“{key}” holds {type(value).__name__}: only ids, enums, counts and times are kept."
    )


def _word(key: str, value: str) -> str:
    if value and (len(value) > _LONGEST or not _WORD.fullmatch(value) or _PHONE.search(value)):
        raise PersonalDataError(f"“{key}” holds text: only ids, enums, counts and times are kept.")
    return value


_CONTACT = re.compile(r"[0-9][0-9 ().-]{5,}[0-9]|\S@\S|://|[\r\n]")


def refuse_contacts(**sentences: str) -> None:
    """Raise `PersonalDataError` for a sentence that holds something like a phone, an address or a link."""
    for key, value in sentences.items():
        if _CONTACT.search(value):
            raise PersonalDataError(f"“{key}” holds a phone, an address or a link.")
