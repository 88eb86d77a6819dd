"""What every reader of people's texts does to them first: plain letters, nobody else's words, sentence by sentence. Pure."""

from __future__ import annotations

import re
import unicodedata

_QUOTES = str.maketrans({**dict.fromkeys("’‘ʼ`´′＇", "'"), **dict.fromkeys("“”„‟＂", '"')})
_QUOTED = re.compile(r'"[^"]{1,400}"|«[^»]{1,400}»|(?<!\w)\'[^\']{3,400}\'(?!\w)')
_SENTENCE = re.compile(r"[.!?;\n…]+(?:\s+|$)|\n+")
_DRAWN_OUT = re.compile(r"([A-Za-z])\1{2,}")


def plain(text: str) -> str:
    """Without accents, invisible characters and typographic quotes; the letters keep their case, which tells names."""
    spread = unicodedata.normalize("NFKD", text.translate(_QUOTES)).translate(_QUOTES)
    return "".join(c for c in spread if unicodedata.category(c) not in ("Mn", "Cf"))


def undrawn(text: str) -> set[str]:
    """The readings of letters drawn out: "emergencyyy" loses them all, "bleeeding" keeps two."""
    return {_DRAWN_OUT.sub(r"\1", text), _DRAWN_OUT.sub(r"\1\1", text)}


def unquoted(text: str) -> str:
    """Plain `text` without what it quotes. All of it in quotation marks is nobody else's words."""
    rest = _QUOTED.sub(" ", text)
    return rest if re.search(r"\w", rest) else text.replace('"', " ")


def sentences(text: str) -> list[tuple[str, bool]]:
    """The sentences, each with whether it asks."""
    found, begin = [], 0
    for stop in _SENTENCE.finditer(text):
        found.append((text[begin : stop.start()], "?" in stop.group()))
        begin = stop.end()
    found.append((text[begin:], False))
    return [(sentence, asks) for sentence, asks in found if sentence.strip()]
