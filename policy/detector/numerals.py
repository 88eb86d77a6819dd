"""Digits however they are written: figures, number words of several languages, look-alikes, glued words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

_ENGLISH = "zero one two three four five six seven eight nine"
_SPANISH_ONES = "cero uno dos tres cuatro cinco seis siete ocho nueve"
_MORE = {
    "naught": "0", "nought": "0", "nil": "0", "una": "1", "niner": "9",
    "fower": "4", "fife": "5", "ait": "8", "sven": "7", "fiv": "5", "thre": "3", "nin": "9",
}  # fmt: skip
# Words of ordinary speech that also stand for a digit: believed only in the middle of other digits.
_WEAK = {
    "oh": "0", "o": "0", "owe": "0", "null": "0", "won": "1", "i": "1", "l": "1",
    "to": "2", "too": "2", "tree": "3", "for": "4", "fore": "4", "s": "5",
    "ate": "8", "b": "8", "nil": "0",
}  # fmt: skip
_FOREIGN = frozenset(("null",))
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SPANISH = {
    "diez": "10", "doce": "12", "trece": "13", "catorce": "14", "quince": "15", "dieciseis": "16",
    "diecisiete": "17", "dieciocho": "18", "diecinueve": "19", "veinte": "20", "treinta": "30",
    "cuarenta": "40", "cincuenta": "50", "sesenta": "60", "setenta": "70", "ochenta": "80", "noventa": "90",
    "cien": "100", "ciento": "100", "doscientos": "200", "trescientos": "300", "cuatrocientos": "400",
    "quinientos": "500", "seiscientos": "600", "setecientos": "700", "ochocientos": "800",
    "novecientos": "900",
}  # fmt: skip
_REPEAT = {"double": 2, "dbl": 2, "doble": 2, "twice": 2, "triple": 3, "treble": 3, "quadruple": 4, "quad": 4}

_LOOKALIKE = str.maketrans("oilszbgq|!$", "01152869115")
_LEET = {"o": "0", "i": "1", "e": "3", "s": "5", "t": "7"}
_UNIT = re.compile(r"\d+(?:lbs?|g|gb|l|s|oz|b|q)")
_LOOKALIKE_CHUNK = re.compile(r"[\doilszbgq]{1,14}")
_FILLED_CHUNK = re.compile(r"\d+(?:[a-z]{1,6}\d+){2,12}")
# "a6b1c4…": figures with a letter or three before each.
_LACED_CHUNK = re.compile(r"(?:[a-z]{1,3}\d){10,11}[a-z]{0,3}")

# Words that differ from a number word by two swapped letters.
_NOT_TYPOS = frozenset(("there", "nien"))


def _ones() -> dict[str, str]:
    """Every word for one digit, in leet ("s1x") and with two letters swapped ("sevne") as well."""
    ones = dict(_MORE)
    for language in (_SPANISH_ONES, _ENGLISH):
        ones |= {word: str(digit) for digit, word in enumerate(language.split())}
    for digit, word in enumerate(_ENGLISH.split()):
        for spelling in product(*((c, _LEET[c]) if c in _LEET else (c,) for c in word)):
            ones["".join(spelling)] = str(digit)
        for i in range(len(word) - 1 if len(word) > 3 else 0):
            ones[word[:i] + word[i + 1] + word[i] + word[i + 2 :]] = str(digit)
    return {word: digit for word, digit in ones.items() if word not in _NOT_TYPOS}


ONES = _ones()
_PART = "|".join(
    (*_TENS, *reversed(_TEENS), "double", "triple", "hundred", "zero", "oh", *_ENGLISH.split()[1:], r"\d")
)
_GLUED = re.compile(rf"(?:{_PART}){{2,16}}")
_GLUED_PART = re.compile(_PART)

# "Three fives", "two 9s".
_PLURALS = {
    **dict.fromkeys(("zeros", "zeroes", "ohs", "ceros"), "0"),
    **{
        f"{word}{'es' if word == 'six' else 's'}": str(digit)
        for digit, word in enumerate(_ENGLISH.split())
        if digit
    },
    "unos": "1",
    "cincos": "5",
    "sietes": "7",
    "nueves": "9",
} | {f"{digit}s": str(digit) for digit in range(10)}

# A text without any of these and with few figures holds no spelled-out number.
NUMBER_WORDS = frozenset(word for word in ONES if word.isalpha() and word not in _WEAK) | {
    *_TEENS,
    *_TENS,
    *_SPANISH,
}


@dataclass(frozen=True, slots=True)
class Numeral:
    """What one chunk of letters and figures stands for.

    `digits` are its figures; `spelled` says that they are not written as figures; `weak` that the chunk is
    more often something else, and `foreign` that it is a weak word of another language; `letters` that it has
    no figures. `times` repeats the next numeral; `tens` and `hundred` may be joined with a neighbour; a `plural`
    says what the numeral before it counts; a `sounded` one only sounds like a digit.
    """

    digits: str = ""
    spelled: bool = False
    weak: bool = False
    times: int = 1
    tens: bool = False
    hundred: bool = False
    foreign: bool = False
    letters: bool = True
    plural: bool = False
    sounded: bool = False


@lru_cache(maxsize=8192)
def read(chunk: str) -> Numeral | None:
    """The numeral that a lower-case chunk of letters and figures stands for, or None for other words."""
    if chunk.isdigit():
        return Numeral(chunk)
    return _word(chunk) or _joined(chunk)


def _word(chunk: str) -> Numeral | None:
    if chunk in _WEAK:
        return Numeral(_WEAK[chunk], spelled=True, weak=True, foreign=chunk in _FOREIGN)
    if chunk in ONES:
        return Numeral(ONES[chunk], spelled=True)
    if chunk in _PLURALS:
        return Numeral(_PLURALS[chunk], spelled=True, weak=True, plural=True)
    if chunk in _TEENS:
        return Numeral(str(10 + _TEENS.index(chunk)), spelled=True)
    if chunk in _TENS:
        return Numeral(str(20 + 10 * _TENS.index(chunk)), spelled=True, tens=True)
    if chunk in _SPANISH:
        return Numeral(_SPANISH[chunk], spelled=True, tens=True)
    if chunk == "hundred":
        return Numeral("00", spelled=True, hundred=True)
    if chunk in _REPEAT:
        return Numeral(spelled=True, times=_REPEAT[chunk])
    return None


def _joined(chunk: str) -> Numeral | None:
    """Several digits in one chunk: glued number words, look-alike letters, letters as filler."""
    if len(chunk) > 64:
        return None
    if _GLUED.fullmatch(chunk):
        return Numeral(_glued(_GLUED_PART.findall(chunk)), spelled=True)
    if _LOOKALIKE_CHUNK.fullmatch(chunk):
        figures = chunk.translate(_LOOKALIKE)
        return Numeral(
            figures,
            spelled=True,
            weak=chunk.isalpha() or bool(_UNIT.fullmatch(chunk)),
            letters=chunk.isalpha(),
        )
    if (_FILLED_CHUNK.fullmatch(chunk) or _LACED_CHUNK.fullmatch(chunk)) and sum(map(str.isdigit, chunk)) in (
        10,
        11,
    ):
        return Numeral("".join(c for c in chunk if c.isdigit()), spelled=True)
    return None


def _glued(parts: list[str]) -> str:
    """The digits of number words written as one: "sevenoneforty2", "doublefive"."""
    digits, times = "", 1
    for position, part in enumerate(parts):
        if part in ("double", "triple"):
            times = _REPEAT[part]
            continue
        value = part if part.isdigit() else _value(part)
        if len(value) == 1 and times == 1 and position and parts[position - 1] in _TENS:
            digits = digits[:-1]
        digits, times = digits + value * times, 1
    return digits


def _value(word: str) -> str:
    numeral = _word(word)
    return numeral.digits if numeral else ""
