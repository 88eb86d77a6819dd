"""Reading a text for a revocation: phrase by phrase, and where there is none, clause by clause for a bare word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy import prose
from policy.emergency import is_urgent
from policy.revocation.english import ENGLISH
from policy.revocation.french import FRENCH
from policy.revocation.language import Language
from policy.revocation.spanish import SPANISH
from policy.revocation.spelling import read_as

LONGEST_READ = 2_000
LANGUAGES = (ENGLISH, SPANISH, FRENCH)

# Where a clause ends: at a comma, before a new subject, at "but".
_PAUSE = re.compile(
    r", |(?<= )(?=please (?:just )?stop )|(?<= )(?=(?:i|im|ive|we|this is|its|who|your|you are) )"
    r"|(?<!\S)(?:but|so|because|pero|mais|donc) "
)
# A bare "stop" beside these is laughter, or was said to a machine.
_LAUGHS = frozenset({"lol", "lmao", "haha", "hahaha", "hehe", "jaja", "jajaja", "mdr", "rofl", "alexa", "siri"})  # fmt: skip
_JOKES = frozenset("😂🤣😅😍🥰😘😆😭😁😊🙂❤")


def revokes(text: str) -> bool:
    """Whether `text` asks for no more texts to the phone it came from."""
    return bool(language_of(text))


def language_of(text: str) -> str:
    """The language in which `text` asks for no more texts to the phone it came from: en, es or fr; empty when it does not."""
    plain = prose.unquoted(prose.plain(text[:LONGEST_READ]))
    return next(filter(None, map(_language_of, prose.undrawn(plain))), "")


def _language_of(text: str) -> str:
    lines = [f"{read_as(sentence)} " for sentence, _ in prose.sentences(text)]
    whole = "".join(lines)
    told = [language for language in LANGUAGES if language.hints.search(whole)]
    for language in told:
        if any(_says(language, line) for line in lines):
            return language.code
    if _JOKES.intersection(text) or _LAUGHS.intersection(whole.split()):
        return ""
    clauses = [clause for line in lines for clause in _PAUSE.split(line) if clause.strip()]
    return next((language.code for language in told if _says_barely(language, clauses)), "")


def _says(language: Language, line: str) -> bool:
    """Whether `line` has one of the phrases that nothing around takes back."""
    kinds = (
        (language.requests, language.before_request),
        (language.forbidding, language.before_forbidding),
        (language.refusals, language.before_refusal),
    )
    for phrases, before in kinds:
        for found in phrases.finditer(line):
            if not before.search(line[: found.start()]) and not language.after.match(line[found.end() :]):
                return True
    return any(
        not language.before_statement.search(line[: found.start()]) and not language.anywhere.search(line)
        for found in language.statements.finditer(line)
    )


def _says_barely(language: Language, clauses: Sequence[str]) -> bool:
    """Whether a clause is a word such as "stop" with courtesies, and what stands beside it lets it speak of texts."""
    for place, clause in enumerate(clauses):
        beside = {word for other in (*clauses[:place], *clauses[place + 1 :]) for word in other.split()}
        if _is_bare(language, language.demands, clause) and language.beside & beside:
            return True
        if _is_bare(language, language.alone, clause) and _fits(language, clause, beside, clauses):
            return True
    return False


def _is_bare(language: Language, phrases: re.Pattern[str], clause: str) -> bool:
    rest, found = phrases.subn("", clause)
    return found > 0 and language.courtesies.issuperset(rest.split())


def _fits(language: Language, clause: str, beside: set[str], clauses: Sequence[str]) -> bool:
    """Beside a bare word may stand nothing, texts, or danger; beside "please stop" whatever speaks of nothing else to be stopped."""
    if language.courtesies.issuperset(beside) or language.beside & beside:
        return True
    if not language.please.isdisjoint(clause.split()) and not language.elsewhere & beside:
        return True
    return is_urgent(" ".join(clauses))
