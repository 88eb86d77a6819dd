"""When two texts count as the same: capitals, composition of letters, white space and the bend of a quotation mark make no difference."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """What is compared: Unicode's canonical caseless form, composed (NFC), one blank for any white space, none at the ends.

    Defined for every str, lone surrogates included.
    """
    # Phones bend what people type ("don’t"), keyboards do not ("don't").
    straight = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    if straight.isascii():
        return " ".join(straight.lower().split())
    caseless = unicodedata.normalize("NFD", straight).casefold()
    return " ".join(unicodedata.normalize("NFC", caseless).split())


def tidy(text: str) -> str:
    """The text as it is kept and shown: composed, one blank for any white space, none at the ends; letters as they were written."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def has_word(text: str, word: str) -> bool:
    """True when `word` stands in `text`, both folded, with no letter, digit or mark directly before or after it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_joins(text[start - 1 : start]) or _joins(text[end : end + 1])):
            return True
        start = text.find(word, start + 1)
    return False


def _joins(char: str) -> bool:
    """Marks too: in many scripts they are the vowels of the letter before."""
    return bool(char) and (char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M")
