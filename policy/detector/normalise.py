"""A plain view of a text: what a person reads, in lower-case ASCII where possible, with a way back.

Look-alikes, full-width, circled, mathematical and foreign digits become plain ones; characters that
nobody sees are dropped. Every position of the view knows the position it came from.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters of other scripts that read as Latin letters or digits. Only shapes that people swap in.
_LOOKALIKES = dict(
    zip(
        "аеорсухіѕјһԁԛԝкмтвнпгьӏіοαεικνρτυχωβγηАЕОРСУХІЅЈКМТВНӀΟΑΕΙΚΝΡΤΥΧΒΗΖΜıɡɑℓ",
        "aeopcyxisjhdqwkmtbhnrblioaeiknptuxwbynaeopcyxisjkmtbhloaeiknptyxbhzmigal",
        strict=True,
    )
) | {"Ч": "4", "ч": "4", "З": "3", "з": "3", "б": "6", "Б": "6", "Ʒ": "3", "Ȝ": "3", "ʒ": "3", "Ꮞ": "4"}

_CJK_DIGITS = dict(zip("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789", strict=True))
_DICE = {chr(0x2680 + i): str(i + 1) for i in range(6)}
_PLAIN = {
    "•": ".", "·": ".", "∙": ".", "․": ".", "。": ".", "｡": ".", "‧": ".", "⋅": ".",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-", "―": "-", "⁓": "~", "➖": "-",
    "’": "'", "‘": "'", "“": '"', "”": '"', "⁄": "/", "∕": "/", "÷": "/", "∶": ":", "…": "...",
    "ø": "o", "Ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "🔟": "10", "⠀": " ",
}  # fmt: skip
# Hangul fillers are letters by category but show as nothing.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u20e3")
_TABLE = _LOOKALIKES | _CJK_DIGITS | _DICE | _PLAIN


@dataclass(frozen=True, slots=True)
class View:
    """Normalised `text`; `origin[i]` is where its character i starts in the original, closed by its length.

    `origin` is None when both are the same length, position by position.
    """

    text: str
    original: str
    origin: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that shows as [start, end) here; invisible marks after it included."""
        if self.origin is None:
            return start, end
        return self.origin[start], max(self.origin[end], self.origin[end - 1] + 1)

    def source(self, start: int, end: int) -> str:
        """The original characters of [start, end)."""
        first, last = self.span(start, end)
        return self.original[first:last]


def view(text: str) -> View:
    """The plain view of any Unicode text; lone surrogates and control characters are harmless."""
    if text.isascii():
        return View(text.lower(), text)
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        plain = _plain(char)
        pieces.append(plain)
        origin.extend([index] * len(plain))
    origin.append(len(text))
    return View("".join(pieces), text, tuple(origin))


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """What one character reads as: nothing, a plain character, or several."""
    if char.isascii():
        return char.lower()
    if char in _INVISIBLE or unicodedata.category(char) in ("Cf", "Mn", "Me"):
        return ""
    if char in _TABLE:
        return _TABLE[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return _compatible(char)


def _compatible(char: str) -> str:
    """NFKC, without accents; boxed and flag letters by their Unicode name."""
    decomposed = unicodedata.normalize("NFKD", char)
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn").lower()
    plain = "".join(_TABLE.get(c, c) for c in plain)
    if plain and plain.isascii():
        return plain.strip() or " "
    return _named_letter(char) or plain or char


def _named_letter(char: str) -> str:
    name = unicodedata.name(char, "")
    if "SQUARED LATIN" in name or "REGIONAL INDICATOR" in name or "CIRCLED LATIN" in name:
        return name[-1].lower()
    return ""
