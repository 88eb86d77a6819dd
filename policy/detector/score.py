"""How the words around a number change what it most likely is."""

import re
from dataclasses import dataclass

from policy.detector.lexicon import CONTACT, LABELS, WINK
from policy.detector.wordlist import words

_WORD = re.compile(r"[a-z]+")
_BEFORE, _AFTER = 64, 48

_OWN_NUMBER = re.compile(
    r"\b(?:my|his|her|our|their|mom'?s|dad'?s|whatsapp|phone|cell|mobile|contact|call|text|home|work|new|"
    r"the|real|mi)"
    r" (?:new |real |other |own |private |personal |direct |backup |us |cell |phone |work )*"
    r"(?:number|numbers|num|nbr|cell|cel|mobile|phone|line|digits|telefono|numero)s?\b[^.?!\n]{0,32}$"
    r"|\b(?:call|text|txt|reach|dial|ring|ping|whatsapp|hmu|sms|message|facetime)\b[^.?!\n]{0,24}$"
    r"|\b(?:cell|phone|tel|mobile|mob|ph|telephone|cel)\b\s*(?:#|is|:|no\b|-|=)?[\s.:#]*$"
    r"|\bask for [a-z]{2,15} (?:at|on)\s*$|\b(?:send|pics|photos|videos?)\b[^.?!\n]{0,30}\bto\s*$"
)
_IS_LABEL = re.compile(
    r"^[^\w.!?;\n]{0,3}(?:(?:is|was|for|=)\W{1,2}|\()?(?:(?:the|my|your|our|his|her|a|ur)\s)?([a-z]+)"
)
_OWN_DIGITS = re.compile(r"[^.!?\n]{0,12}?[ :#]\d{2}")
_SENTENCE = re.compile(r"[!?]|(?<![:#])\n|(?<!\bno)\.\s")
# "In case" is no case number.
_HARMLESS = re.compile(r"\bin case\b|\baccount statement for\b|\bto claim\b")
# Labels that mean something else after a number.
_ONLY_BEFORE = words("po id ids meter mg ml")
# Words that name a number without saying of what: "tracking number".
_NEUTRAL = words("number numbers num no me line digits private personal work direct mine desk")


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a span: `delta` to add to its score, and why."""

    delta: float
    reasons: tuple[str, ...]
    contact: bool


def context(text: str, start: int, end: int) -> Context:
    """Read the words around [start, end) of a lower-case view; cost does not grow with the text."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    if not _WORD.search(before) and not _WORD.search(after):
        return Context(0.0, (), contact=False)
    label = _label(before) or _label_after(after)
    invited = _invitation(before, label)
    said_after = "" if label else _first(after, CONTACT)
    winking = label and WINK.search(text[max(0, start - _BEFORE) : end + _AFTER])
    return _weigh(label, invited, said_after, bool(winking))


def _weigh(label: str, invited: str, said_after: str, winking: bool) -> Context:
    delta, reasons = 0.0, []
    if invited:
        delta += 0.3
        reasons.append(f"next to '{invited}'")
    elif said_after:
        delta += 0.15
        reasons.append(f"next to '{said_after}'")
    if label and winking:
        delta += 0.2
        reasons.append(f"called '{label}', but the writer hints that it is not")
    elif label:
        delta -= 0.5
    return Context(delta, tuple(reasons), bool(invited or said_after))


def _label(before: str) -> str:
    """The label that the number carries: the last of the seven words before it, if not overruled."""
    sentence = _SENTENCE.split(_HARMLESS.sub(" ", before))[-1]
    for word in reversed(_WORD.findall(sentence)[-7:]):
        if word in LABELS:
            return str(word)
        if word in CONTACT and word not in _NEUTRAL:
            return ""
    return ""


def _label_after(after: str) -> str:
    match = _IS_LABEL.match(after)
    if match and _OWN_DIGITS.match(after, match.end()):
        # "Call 0871 ... Identifier code: 49557": the label has a number of its own.
        return ""
    return str(match[1]) if match and match[1] in LABELS and match[1] not in _ONLY_BEFORE else ""


def _invitation(before: str, label: str) -> str:
    """The contact word that introduces the number."""
    own = _OWN_NUMBER.search(before) if not label else None
    if own:
        return re.split(r"\W", own[0].strip(" :#-="))[0] or "call"
    if label:
        return ""
    return next((w for w in reversed(_WORD.findall(before)[-9:]) if w in CONTACT), "")


def _first(after: str, words: frozenset[str]) -> str:
    return next((word for word in _WORD.findall(after)[:8] if word in words), "")
