"""A plain view of a text: what a person reads, in lower-case ASCII where possible, with a way back.

Look-alikes, full-width, circled, mathematical and foreign digits become plain ones; characters that
nobody sees are dropped. Every position of the view knows the position it came from.
"""

import re
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
# What stands for a character that was lost: see `policy.detector.holes`.
HOLE = "\ufffd"
_CONTROLS = dict.fromkeys((*(code for code in range(0x20) if chr(code) not in "\t\n\r"), 0x7F), HOLE)
# Hangul fillers are letters by category but show as nothing.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u20e3")
# Shown by phones in the place of what they have no picture of.
_LOST = frozenset("\ufffc\ufffd□▯␀")
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
        last = self.origin[end - 1] + 1
        while last < self.origin[end] and _plain(self.original[last]) == "":
            last += 1
        return self.origin[start], last

    def cased(self) -> str:
        """The original's capitals at this view's positions."""
        if self.origin is None:
            return self.original
        return "".join(self.original[i] for i in self.origin[:-1])

    def source(self, start: int, end: int) -> str:
        """The original characters of [start, end)."""
        first, last = self.span(start, end)
        return self.original[first:last]


def view(text: str) -> View:
    """The plain view of any Unicode text; lone surrogates and control characters are harmless."""
    if text.isascii():
        return View(text.lower() if text.isprintable() else text.lower().translate(_CONTROLS), text)
    pieces: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        plain = _plain(char)
        pieces.append(plain)
        origin.extend([index] * len(plain))
    origin.append(len(text))
    return View("".join(pieces), text, tuple(origin))


_SPACED = re.compile(
    r"(?<![^\s:,(@])[a-z0-9@._-](?: {1,2}[a-z0-9@._-](?![a-z0-9@])){3,80}"
    r"|(?<![a-z0-9.-])[a-z](?:-[a-z](?![a-z0-9])){2,40}"
    r"|(?<![a-z0-9.])[a-z](?:\.[a-z](?![a-z0-9])){3,40}\.?"
)


def collapse(plain: View) -> View:
    """The view with letters that were spaced out ("g m a i l") put back together, if there are any."""
    text = plain.text
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for match in _SPACED.finditer(text):
        if sum(map(str.isalpha, match[0])) < 3:
            continue
        joint = match[0][1] if match[0][1] in "-." else " "
        inside = [i for i in range(match.start(), match.end()) if text[i] != joint]
        pieces += (text[done : match.start()], "".join(text[i] for i in inside))
        kept += (*range(done, match.start()), *inside)
        done = match.end()
    if not pieces:
        return plain
    kept += (*range(done, len(text)), len(text))
    origin = tuple(kept) if plain.origin is None else tuple(plain.origin[i] for i in kept)
    return View("".join([*pieces, text[done:]]), plain.original, origin)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """What one character reads as: nothing, a plain character, several, or a hole."""
    if char.isascii():
        return char.lower().translate(_CONTROLS)
    category = unicodedata.category(char)
    if char in _INVISIBLE or category in ("Cf", "Mn", "Me"):
        return ""
    if category in ("Cc", "Cn", "Co", "Cs") or char in _LOST:
        return HOLE
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
    if name.startswith("LATIN LETTER SMALL CAPITAL ") and name[-2] == " ":
        return name[-1].lower()
    if "SQUARED LATIN" in name or "REGIONAL INDICATOR" in name or "CIRCLED LATIN" in name:
        return name[-1].lower()
    return ""
