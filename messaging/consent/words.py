"""The words by which people say STOP, START and HELP, through what phones and people put around them.

STOP     LAW: 47 CFR 64.1200(a)(10), which names "stop", "quit", "end", "revoke", "opt out", "cancel" and "unsubscribe".
         CTIA: Messaging Principles and Best Practices, which wants "normal language" read too and gives "please opt me out".
         PROVIDER: the provider's own list. It answers a text that is exactly such a word by itself and blocks the one number.
         CANADA: ARRET, which carriers there require beside STOP.
         OURS: what STOP is in Spanish; no list that we know of requires it. BAJA is on one for premium numbers in Spain, and
         means "come down" as well: `policy.revocation` brings it to the owner.
START    PROVIDER. YES is also a plain answer: it counts only from a phone that had said STOP.
HELP     PROVIDER.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from messaging.models.consent import ConsentKind

LAW, CTIA, PROVIDER, CANADA, OURS = "law", "ctia", "provider", "canada", "ours"
STOP, START, HELP = ConsentKind.OPTED_OUT, ConsentKind.OPTED_IN, ConsentKind.HELP


@dataclass(frozen=True, slots=True)
class Word:
    """One word (or what is said for it), what it says, who wants it to count, and its language."""

    word: str
    kind: ConsentKind
    sources: tuple[str, ...]
    language: str = "en"


WORDS = (
    Word("STOP", STOP, (LAW, CTIA, PROVIDER)),
    Word("STOPALL", STOP, (PROVIDER,)),
    Word("UNSUBSCRIBE", STOP, (LAW, CTIA, PROVIDER)),
    Word("CANCEL", STOP, (LAW, CTIA, PROVIDER)),
    Word("END", STOP, (LAW, CTIA, PROVIDER)),
    Word("QUIT", STOP, (LAW, CTIA, PROVIDER)),
    Word("REVOKE", STOP, (LAW, PROVIDER)),
    Word("OPTOUT", STOP, (LAW, PROVIDER)),
    Word("OPT ME OUT", STOP, (CTIA,)),
    Word("PARAR", STOP, (OURS,), "es"),
    Word("ALTO", STOP, (OURS,), "es"),
    Word("ARRET", STOP, (CANADA,), "fr"),
    Word("START", START, (PROVIDER,)),
    Word("UNSTOP", START, (PROVIDER,)),
    Word("YES", START, (PROVIDER,)),
    Word("HELP", HELP, (PROVIDER,)),
    Word("INFO", HELP, (PROVIDER,)),
)
YES = "YES"
# Words that, from a client with a visit near, probably meant the visit.
ABOUT_A_VISIT = frozenset({"CANCEL", "END"})
LONGEST_READ = 400

_BY_WORD = {one.word: one for one in WORDS}
_IN_TWO = {"STOP ALL": "STOPALL", "OPT OUT": "OPTOUT", "UN STOP": "UNSTOP", "UN SUBSCRIBE": "UNSUBSCRIBE"}
_BY_TYPE = {"STOP": STOP, "START": START, "HELP": HELP}
_POLITE = re.compile(
    r"\b(?:PLEASE|PLS|PLZ|PLEAS|KINDLY|THANKS?(?: YOU| U)?|THX|TY|TKS|POR FAVOR|PORFA(?:VOR)?|GRACIAS|MERCI|SVP|S ?IL (?:VOUS|TE) PLAIT)\b"
)
_SEVERAL_TIMES = re.compile(r"(.+?)(?: \1)+")
_SIGNATURE = re.compile(
    r"\s*(?:[-–—~_]+\s*.*|(?i:sent|get|enviado|envoye) (?i:from|via|by|with|desde|de|depuis|outlook)\b.*"
    r"|[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2})\s*"
)
# As in letters: from such a line on it is the signature.
_BELOW = re.compile(r"^\s*(?:--+|__+)\s*$", re.M)
_SIGNED = re.compile(r"\s+[-–—~]+\s*[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2}\s*$")


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says about consent. `is_answered`: the provider reads it so too, so it has answered and blocked the one number."""

    kind: ConsentKind
    word: str
    is_answered: bool
    language: str = "en"


def read(body: str, opt_out_type: str = "") -> Said | None:
    """What `body` says about consent, or None. `opt_out_type` is the provider's own reading, which goes first.

    Only a text that is the word alone counts. Case, punctuation, quotes, emoji, invisible characters, width, accents, courtesies, a
    signature and saying it several times change nothing; a question mark asks, and does not say it.
    """
    if opt_out_type in _BY_TYPE:
        return Said(_BY_TYPE[opt_out_type], _kept(body) or opt_out_type, is_answered=True)
    found = None if len(body) > LONGEST_READ or "?" in body else _BY_WORD.get(_bare(body))
    if found is None:
        return None
    return Said(found.kind, found.word, _is_exact(body, found), found.language)


def _is_exact(body: str, found: Word) -> bool:
    """Whether the text is the word as the provider has it on its list."""
    return PROVIDER in found.sources and body.strip().upper() == found.word


def _bare(body: str) -> str:
    """The word that is left of `body`, in capitals."""
    above = _BELOW.split(_plain(body), maxsplit=1)[0]
    first, *rest = [line for line in above.splitlines() if line.strip()] or [""]
    if not all(_SIGNATURE.fullmatch(line) or not _without_courtesies(line) for line in rest):
        return ""
    said = _without_courtesies(_SIGNED.sub("", first))
    return _IN_TWO.get(said, said)


def _plain(body: str) -> str:
    """Without accents, width, and what nobody sees; the letters keep their case, which tells a signature."""
    spread = unicodedata.normalize("NFKD", body)
    return "".join(char for char in spread if char == "\n" or unicodedata.category(char) not in _UNSEEN)


# Marks, formats, controls; unassigned and private characters are pictures of some phone's own.
_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc", "Cn", "Co"})


def _without_courtesies(line: str) -> str:
    words = re.findall(r"\w+", line.upper())
    if words and all(len(word) == 1 for word in words):
        words = ["".join(words)]
    said = " ".join(_POLITE.sub(" ", " ".join(words)).split())
    several = _SEVERAL_TIMES.fullmatch(said)
    return several[1] if several else said


def _kept(body: str) -> str:
    return body.strip().upper().rstrip(".! ")[:40]
