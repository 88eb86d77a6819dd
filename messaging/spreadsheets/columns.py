"""Which column of a table is which field: guessed from its heading, corrected by the person. And the headings that we write ourselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from messaging.models.imports import ImportKind

# Field → what the person reads. A table may have several columns of the fields in `MANY`.
FIELDS: Mapping[str, Mapping[str, str]] = {
    ImportKind.CLIENTS: {
        "name": "Name",
        "first_name": "First name",
        "last_name": "Last name",
        "phone": "Phone",
        "label": "Phone label",
        "pets": "Pets",
        "notes": "Notes",
        "consent": "Agreed to texts",
        "consent_on": "Agreed on",
        "consent_words": "Words they agreed to",
        "consent_how": "How they agreed",
        "consent_where": "Proof that they agreed",
    },
    ImportKind.SITTERS: {
        "name": "Name",
        "first_name": "First name",
        "last_name": "Last name",
        "phone": "Phone",
    },
}
MANY = frozenset({"phone", "label", "pets", "notes"})
NAMES = frozenset({"name", "first_name", "last_name"})
# What is said about consent besides that there is any.
_OF_CONSENT = ("consent_on", "consent_words", "consent_how", "consent_where")

_WHOSE = r"(?:client|customer|sitter|owner|pet parent|walker|employee|contact)(?:'?s)?"
_NUMBERED = r"(?: ?\d{1,2})?"
_AGREED = r"(?:(?:sms|texts?|texting|text message|marketing) )?(?:consent|opt[ -]?in|permission)"
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(words))
    for field, words in (
        ("label", rf"phone{_NUMBERED} (?:label|type)|(?:label|type) of phone{_NUMBERED}"),
        ("first_name", rf"(?:{_WHOSE} )?(?:first|given) ?name"),
        ("last_name", rf"(?:{_WHOSE} )?(?:last|family) ?name|surname"),
        ("name", rf"(?:{_WHOSE} )?(?:full )?name|full name|display name|{_WHOSE}"),
        (
            "phone",
            rf"(?:{_WHOSE} |primary |secondary |other |second |home |work |office |cell |mobile )?"
            rf"(?:tele)?phone(?: ?number| no| #)?{_NUMBERED}(?: value)?|(?:cell|mobile|tel)(?: ?number| no| #)?{_NUMBERED}",
        ),
        ("pets", r"pets?(?:'?s)?(?: names?)?|(?:dogs?|cats?|animals?)(?: names?)?"),
        ("notes", rf"(?:{_WHOSE} )?(?:notes?|comments?|remarks?)"),
        ("consent", rf"{_AGREED}(?: (?:status|given|\?))?|agreed to texts\??"),
        ("consent_on", rf"{_AGREED} (?:date|on|at|time|timestamp)|agreed on|date of consent"),
        ("consent_words", rf"{_AGREED} (?:text|words?|wording|language)|words they agreed to"),
        ("consent_how", rf"{_AGREED} (?:source|method|channel|how)|how they agreed"),
        ("consent_where", rf"{_AGREED} (?:proof|evidence|record|link|url)|proof that they agreed"),
    )
)
_PLAIN_PHONE = re.compile(rf"(?:tele)?phone(?: ?number| no| #)?{_NUMBERED}")


def guess(kind: str, headings: Sequence[str]) -> list[str]:
    """The field of each column by its heading; "" where none is certain, or where another column has that field already."""
    found: list[str] = []
    for heading in headings:
        field = _field_of(heading)
        taken = field in found and field not in MANY
        found.append("" if taken or field not in FIELDS[kind] else field)
    # One name is enough: parts of it beside the whole are not added to it. Consent without its day proves nothing.
    unwanted = {"first_name", "last_name"} if "name" in found else set()
    if not {"consent", "consent_on"} <= set(found):
        unwanted |= {"consent", *_OF_CONSENT}
    return ["" if field in unwanted else field for field in found]


def label_in(heading: str) -> str:
    """What a heading says about its phones: "Mobile" for a column of that name; nothing for a plain "Phone 2"."""
    plain = _plain(heading)
    return "" if not plain or _PLAIN_PHONE.fullmatch(plain) or _field_of(heading) != "phone" else heading[:40]


def faults(kind: str, columns: Sequence[str]) -> list[str]:
    """What is wrong with a choice of columns, one sentence each."""
    known = FIELDS[kind]
    wrong = []
    if any(field and field not in known for field in columns):
        wrong.append("One of the chosen columns isn't known here. Choose again.")
    if not NAMES & set(columns):
        wrong.append("Choose which column has the name.")
    twice = (field for field in columns if field in known and field not in MANY and columns.count(field) > 1)
    wrong += [f"Two columns are “{known[field]}”: choose one." for field in twice]
    if "name" in columns and {"first_name", "last_name"} & set(columns):
        wrong.append("Choose either the whole name or first and last name, not both.")
    if "consent" in columns and "consent_on" not in columns:
        wrong.append(
            "Choose which column says on what day they agreed: consent without its day proves nothing."
        )
    if "consent" not in columns and set(_OF_CONSENT) & set(columns):
        wrong.append("Choose which column says that they agreed to texts.")
    if columns.count("label") > columns.count("phone"):
        wrong.append("There are more phone labels than phones: each label belongs to a phone column.")
    return list(dict.fromkeys(wrong))


def written(kind: str, most_phones: int) -> list[str]:
    """The headings of an export, which `guess` reads back: with as many phones as anybody has."""
    if kind == ImportKind.SITTERS:
        return ["Name", "Phone"]
    numbers = ["", *(f" {number}" for number in range(2, most_phones + 1))]
    phones = [word for number in numbers for word in (f"Phone{number}", f"Phone{number} label")]
    return ["Name", *phones, "Pets", "Notes"]


def _field_of(heading: str) -> str:
    plain = _plain(heading)
    return next((field for field, words in _WORDS if words.fullmatch(plain)), "")


def _plain(heading: str) -> str:
    """A heading without capitals and what divides its words."""
    return re.sub(r"[\s_\-:.()/]+", " ", heading.casefold()).strip()
