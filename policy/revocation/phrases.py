"""How phrases are written down, and the pattern that finds any of a table of them.

One phrase a line, in the one spelling; a line that ends with `|` goes on in the next. `a|b` is either word, `a~` a word that
begins so, `<name>` any entry of the vocabulary, `x?` may be missing, `x*` may come up to five times, `..` is up to three words of
any kind, `$` the end or a pause, and `!x` says that x does not follow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NOTHING = r"(?!)"
_CONTINUED = re.compile(r"\|\s+")
_END = r"(?=, |$)"
_ANY = r"(?:[^\s,]+ ){0,3}?"


def vocabulary(entries: Mapping[str, str]) -> dict[str, str]:
    """Entries by name, each a list of words or phrases set apart by commas, as pieces of a pattern. One may name those before it."""
    pieces: dict[str, str] = {}
    for name, listed in entries.items():
        choices = sorted(
            {entry.strip() for entry in listed.replace("\n", " ").split(",")}, key=len, reverse=True
        )
        pieces[name] = "(?:" + "|".join(_sequence(choice, pieces) for choice in choices if choice) + ")"
    return pieces


def table(lines: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern of all phrases in `lines`. It reads a line that ends with a blank."""
    return re.compile(r"(?<!\S)" + _any_of(lines, words))


def tail(lines: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """As `table`, of what a line ends with."""
    return re.compile(r"(?<!\S)" + _any_of(lines, words) + r"\Z")


def head(lines: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """As `table`, of what a line begins with (`match`)."""
    return re.compile(_any_of(lines, words))


def _any_of(lines: str, words: Mapping[str, str]) -> str:
    phrases = (line.strip() for line in _CONTINUED.sub("|", lines).splitlines())
    return "(?:" + ("|".join(_sequence(phrase, words) for phrase in phrases if phrase) or _NOTHING) + ")"


def _sequence(phrase: str, words: Mapping[str, str]) -> str:
    return "".join(_piece(written, words) for written in phrase.split())


def _piece(written: str, words: Mapping[str, str]) -> str:
    if written == "..":
        return _ANY
    if written.startswith("!"):
        return f"(?!{_piece(written[1:], words)})"
    bare, count = (written[:-1], written[-1]) if written[-1] in "?*" else (written, "")
    piece = "(?:" + "|".join(_choice(choice, words) for choice in bare.split("|")) + ")"
    return piece + {"": "", "?": "?", "*": "{0,5}"}[count]


def _choice(choice: str, words: Mapping[str, str]) -> str:
    if choice == "$":
        return _END
    return words[choice[1:-1]] if choice.startswith("<") else choice.replace("~", r"\w*") + " "
