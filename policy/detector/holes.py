"""Characters that were lost on the way, read as what may have stood there.

A phone, a gateway or we ourselves may have put something else in the place of a character: NUL (which is "@" in the alphabet of text
messages, and cannot be stored), U+FFFD, a private or unassigned character, or the sign that shares a place with the lost one. A person
still reads the address, so a hole is never a wall: each text with one is read once more for every character that makes contacts.
"""

import re
from collections.abc import Iterator

from policy.detector.model import Candidate
from policy.detector.normalise import HOLE, View
from policy.detector.tlds import PROVIDERS, WORDY

# In the alphabet of text messages (3GPP TS 23.038) "@", "$" and "_" have the places that these have in ASCII and Latin-1; inside a word
# nobody writes them. "?" is what many programs put for a character they do not know.
_SOFT = re.compile(r"(?<=[a-z0-9])[?¡¿§¤](?=[a-z0-9])")
_PLACES = re.compile(rf"{HOLE}|{_SOFT.pattern}")
_TWINS = {"¤": "$", "§": "_"}
# What is lost in "we_re" and "don_t" was an apostrophe.
_APOSTROPHE = re.compile(rf"{HOLE}(?=(?:s|t|re|ve|ll|d|m|em|n)(?![a-z0-9]))")
_DOTTED = re.compile(rf"(?<=[a-z0-9])(?:{HOLE}|[¡¿§¤])(?=[a-z0-9])")
_CHOSEN_NAME = re.compile(r"@[a-z](?=[a-z0-9_.-]*[0-9_])[a-z0-9_.-]{4,}")
_TIGHT = re.compile(r"[a-z0-9]@[a-z0-9]")
_HOST = re.compile(r"@?(?:mail\.)?([a-z0-9-]+)(?:\.[a-z0-9-]+)*\.([a-z]+)$")


def has_holes(text: str) -> bool:
    """Whether something was lost in a view's text, or seems to have been."""
    return _PLACES.search(text) is not None or any(twin in text for twin in _TWINS)


def readings(plain: View) -> Iterator[tuple[str, View]]:
    """The view read anew, each with what its holes were taken for: "@", ".", "$", "_", or nothing."""
    text = plain.text
    for sign, places in (("@", _PLACES), (".", _DOTTED)):
        read = places.sub(sign, _APOSTROPHE.sub("'", text) if sign == "." else text)
        if read != text:
            yield sign, View(read, plain.original, plain.origin)
    for twin, sign in _TWINS.items():
        if twin in text:
            yield sign, View(text.replace(twin, sign), plain.original, plain.origin)
    if HOLE in text:
        yield "", _without(plain)


def is_meant(sign: str, candidate: Candidate, view: View, plain: View) -> bool:
    """Whether what a reading found counts: it must take in a hole, and a lone "@" must make an address or a chosen name."""
    said, lost = view.text[candidate.start : candidate.end], plain.text[candidate.start : candidate.end]
    if sign == "":
        return True
    if said == lost:
        return False
    if sign == "@" and candidate.kind == "email":
        return _is_an_address(candidate, said, lost)
    if sign == "@":
        return candidate.kind == "social" and HOLE in lost and _CHOSEN_NAME.search(said) is not None
    return True


def _is_an_address(candidate: Candidate, said: str, lost: str) -> bool:
    """One at a mail provider always is; at another host the hole must stand inside it ("ma_ana.no" and "a?b.com" are none)."""
    if "?" in lost and "." not in said.partition("@")[2]:
        # "How r u?me good": a question, and the answer.
        return False
    host = _HOST.search(candidate.value[candidate.value.rfind("@") + 1 :])
    if host is None or host[1] in PROVIDERS | {"mail"}:
        return True
    return "?" not in lost and host[2] not in WORDY and _TIGHT.search(said) is not None


def _without(plain: View) -> View:
    """The view with its holes closed."""
    kept = [index for index, char in enumerate(plain.text) if char != HOLE]
    origin = [*kept, len(plain.text)]
    if plain.origin is not None:
        origin = [plain.origin[index] for index in origin]
    return View("".join(plain.text[index] for index in kept), plain.original, tuple(origin))
