"""Digits by sound and by nickname: "sicks won fore", "fife", "zip", "nickel", "love". Believed only among many others."""

import re
from functools import lru_cache

from policy.detector.numerals import ONES
from policy.detector.wordlist import words


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: digits for digits, listed in table.items() for word in listed.split()}


# Of radio, sport, coins and cards, and of everyday speech.
_NICKNAMES = _by_word(
    {
        "0": "zip zilch nada aught ought nought naught nil love blank duck zippo none donut goose joker",
        "1": "ace uno single solo lone",
        "2": "deuce duo pair couple twins brace",
        "3": "trey trio tres",
        "4": "quad fower quartet",
        "5": "nickel fiver quintet",
        "6": "sixer",
        "9": "niner",
        "10": "dime",
    }
)
# Consonants that are left of a digit's name when the vowels are gone.
_SKELETONS = _by_word(
    {"0": "zr sr", "3": "thr", "4": "fr", "5": "fv f", "6": "sks cks", "7": "svn cvn", "9": "nn"}
)
_VOWELS = re.compile(r"[aeiouyw]")
# Names with hardly a consonant are listed, so that "out" is no 8 and "want" no 1.
_SHORT = _by_word(
    {
        "0": "owe ohh ow",
        "1": "won wun wan wonn oone onne wonne juan",
        "2": "too tu tew tou tuu tow to twoo tooo",
        "3": "tree thee",
        "4": "foe for fore foar",
        "5": "fiv fve fyve fife fif faiv",
        "6": "sex sics sx",
        "8": "ate ait eit eigt eihgt ayt aight eght",
    }
)
_NO_DIGIT = words(
    "the there their they are you your our for from fur far fair fire free fear fewer socks sacks seeks sucks"
    " sick noon none neon anon nan nun sir sure sore czar three fave of off if i oven savin skis sun son thr"
    " her here hour four fry fever favor over ever"
)


@lru_cache(maxsize=8192)
def by_sound(chunk: str) -> str:
    """The digits that a lower-case word sounds like, is a nickname of, or hides; empty for other words."""
    if chunk in _NICKNAMES:
        return _NICKNAMES[chunk]
    if chunk in _SHORT:
        return _SHORT[chunk]
    if len(chunk) > 9 or len(chunk) < 2 or not chunk.isalpha() or chunk in _NO_DIGIT:
        return ""
    return _turned(chunk) or _sounded(chunk)


def _turned(chunk: str) -> str:
    """Of a digit's name from its end ("xis") and in pig Latin ("ixsay", "oneway")."""
    if chunk[::-1] in ONES:
        return ONES[chunk[::-1]]
    if not chunk.endswith("ay") or len(chunk) < 5:
        return ""
    stem = chunk[:-2]
    shifted = (stem.removesuffix("w"), stem[-1:] + stem[:-1], stem[-2:] + stem[:-2])
    return next((ONES[name] for name in shifted if name in ONES), "")


def _sounded(chunk: str) -> str:
    folded = chunk.replace("ph", "f").replace("ck", "k").replace("x", "ks")
    folded = re.sub(r"(.)\1+", r"\1", folded)
    skeleton = _VOWELS.sub("", folded)
    if len(skeleton) < 2 and not (folded[:1] == "f" and len(folded) > 2):
        return ""
    return _SKELETONS.get(skeleton, "")
