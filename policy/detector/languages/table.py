"""How a language's numbers are written down here."""

from dataclasses import dataclass

from policy.detector.normalise import view

_ENGLISH = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
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


@dataclass(frozen=True, slots=True)
class Language:
    """The number words of one language in plain view, each with the English words it stands for.

    A text speaks the language when enough of its words are numbers here, of them two that mean nothing in English.
    """

    code: str
    words: dict[str, str]
    sure: frozenset[str]


def language(
    code: str,
    *,
    ones: str,
    teens: str = "",
    tens: str = "",
    more: dict[str, str] | None = None,
    also: str = "",
) -> Language:
    """A table from words in the order of their values, ten to nineteen and twenty to ninety; "-" leaves one out.

    `more` holds other forms, a word or several, with their English; `also` names the words that English has too.
    """
    pairs = [*zip(ones.split(), _ENGLISH, strict=True)]
    pairs += zip(teens.split(), _TEENS, strict=False)
    pairs += zip(tens.split(), _TENS, strict=False)
    pairs += (more or {}).items()
    table = {view(word).text: english for word, english in pairs if word != "-"}
    weak = {view(word).text for word in also.split()}
    sure = frozenset(part for word in table for part in word.split() if part not in weak)
    return Language(code, table, sure)
