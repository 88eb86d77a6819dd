"""Which strings of digits are phone numbers: the numbering plans, by libphonenumber's metadata."""

import re
from functools import lru_cache

import phonenumbers

# All of the plans now, so that no screening waits for a file.
phonenumbers.PhoneMetadata.load_all()

_NANP = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
# Countries whose people write their numbers without a country code, by the digits after which a trunk 0 counts.
_TRUNK = {
    9: ("NZ", "DE"),
    10: ("AU", "GB", "FR", "IE", "NZ", "IT", "DE"),
    11: ("GB", "IN", "DE", "PH", "BR"),
    12: ("DE", "BR"),
}
_PLAIN = {9: ("ES", "PT", "PL", "FR"), 10: ("IN", "MX"), 11: ("BR",)}
# Dialled before Mexican mobile numbers until 2019, and still written.
_MEXICAN_MOBILE = ("044", "045")


def looks_north_american(digits: str) -> bool:
    """Ten digits, or eleven after a 1, that fit the plan's form whether or not the area exists."""
    return _NANP.fullmatch(digits) is not None


@lru_cache(maxsize=4096)
def north_american(digits: str) -> str:
    """The E.164 form of a number that exists in the North American plan, else an empty string."""
    if not looks_north_american(digits):
        return ""
    e164 = "+1" + digits[-10:]
    tried = e164 if digits[-7:-2] != _FICTION else e164[:5] + "234" + digits[-4:]
    return e164 if phonenumbers.is_valid_number(phonenumbers.parse(tried)) else ""


# 555-0100 to 555-0199 belong to nobody and are what people write as an example: they count where the area exists.
_FICTION = "55501"


@lru_cache(maxsize=4096)
def international(digits: str) -> str:
    """The E.164 form of country code and number (no "+"), else an empty string."""
    if not 8 <= len(digits) <= 15 or digits[0] == "0":
        return ""
    return _e164("+" + digits, None)


@lru_cache(maxsize=4096)
def abroad(digits: str) -> str:
    """The E.164 form of a number as written inside one of the countries abroad, else an empty string.

    A leading 0 (a trunk code) makes many of them possible; without it only plans of nine to eleven digits are tried.
    """
    if len(digits) == 13 and digits.startswith(_MEXICAN_MOBILE):
        digits = digits[3:]
    regions = (_TRUNK if digits[0] == "0" else _PLAIN).get(len(digits), ())
    for region in regions:
        e164 = _e164(digits, region)
        if e164:
            return e164
    return ""


def _e164(digits: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _warm_up() -> None:
    """Compile the patterns of the plans that texts name most, so that no screening waits for that."""
    likely = {region for regions in _TRUNK.values() for region in regions} | {
        *(region for regions in _PLAIN.values() for region in regions),
        "US",
        "CA",
        "ES",
        "PT",
        "NL",
    }
    for region in sorted(likely):
        example = phonenumbers.example_number(region)
        if example is not None:
            phonenumbers.is_valid_number(example)


_warm_up()
