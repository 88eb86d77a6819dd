"""Numbers in other languages: a text that counts in one is read with its numbers in English.

English and Spanish are always read; which of the others are is the business' choice.
"""

import re
from functools import cache

from policy.detector.languages.asian import HINDI, JAPANESE, KOREAN, MANDARIN
from policy.detector.languages.french import FRENCH
from policy.detector.languages.german import GERMAN
from policy.detector.languages.italian import ITALIAN
from policy.detector.languages.polish import POLISH
from policy.detector.languages.portuguese import PORTUGUESE
from policy.detector.languages.russian import RUSSIAN
from policy.detector.languages.table import Language
from policy.detector.languages.tagalog import TAGALOG
from policy.detector.languages.vietnamese import VIETNAMESE
from policy.detector.normalise import View

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        FRENCH, PORTUGUESE, POLISH, RUSSIAN, VIETNAMESE, TAGALOG, GERMAN, ITALIAN, JAPANESE, KOREAN, MANDARIN, HINDI,
    )
}  # fmt: skip
EVERY_LANGUAGE = frozenset(LANGUAGES)

_SURE = frozenset(word for language in LANGUAGES.values() for word in language.sure)
# So many of a text's words must be numbers of the language, and so many different ones that are no English.
_ENOUGH, _ENOUGH_SURE = 4, 2
_WORD = re.compile(r"[^\W_]+")


def in_english(plain: View, words: frozenset[str], chosen: frozenset[str]) -> View:
    """The view with the numbers of a chosen language in English, if it counts in one; positions keep their way back.

    `words` are the view's words.
    """
    if words.isdisjoint(_SURE):
        return plain
    listed = _WORD.findall(plain.text)
    for code in sorted(chosen):
        language = LANGUAGES[code]
        if (
            len(words & language.sure) >= _ENOUGH_SURE
            and sum(word in language.words for word in listed) >= _ENOUGH
        ):
            return _translated(plain, language)
    return plain


def _translated(plain: View, language: Language) -> View:
    text = plain.text
    origin = plain.origin or tuple(range(len(text) + 1))
    pieces: list[str] = []
    ways: list[int] = []
    done = 0
    for match in _pattern(language.code).finditer(text):
        english = language.words[re.sub(r"[ -]+", " ", match[0])]
        pieces += (text[done : match.start()], english)
        ways += origin[done : match.start()]
        # The last letter leads to the end of the word, so that a span covers all of it.
        ways += [origin[match.start()]] * (len(english) - 1) + [origin[match.end() - 1]]
        done = match.end()
    return View("".join([*pieces, text[done:]]), plain.original, (*ways, *origin[done:]))


@cache
def _pattern(code: str) -> re.Pattern[str]:
    forms = sorted(LANGUAGES[code].words, key=lambda form: (-len(form), form))
    return re.compile(
        r"(?<![^\W_])(?:" + "|".join(re.escape(f).replace(r"\ ", "[ -]{1,2}") for f in forms) + r")(?![^\W_])"
    )
