"""One screening, start to end: view, candidates of every kind, allow-list, spans of the original."""

import re

from policy.detector.model import NOTHING_ALLOWED, THRESHOLD, AllowList, Candidate, Finding
from policy.detector.normalise import View, view

_PHONE = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?[2-9]\d\d\)?[ .-]{0,2}[2-9]\d\d[ .-]?\d{4}(?!\d)")
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.[a-z]{2,12}\b")


def find(text: str, *, allow: AllowList = NOTHING_ALLOWED) -> list[Finding]:
    """Everything in `text` that looks like a contact or an attempt to leave, in order of appearance."""
    plain = view(text)
    candidates = _candidates(plain)
    return [_finding(plain, c) for c in candidates if c.score >= THRESHOLD and not _allowed(c, allow)]


def _candidates(plain: View) -> list[Candidate]:
    found = [
        Candidate("phone", m.start(), m.end(), 0.9, ("a phone number",), "phone.plain", m[0])
        for m in _PHONE.finditer(plain.text)
    ]
    found += [
        Candidate("email", m.start(), m.end(), 0.95, ("an e-mail address",), "email.plain", m[0])
        for m in _EMAIL.finditer(plain.text)
    ]
    return sorted(found, key=lambda c: c.start)


def _allowed(candidate: Candidate, allow: AllowList) -> bool:
    digits = "".join(c for c in candidate.value if c.isdigit())[-10:]
    return any(n.endswith(digits) for n in allow.numbers) if candidate.kind == "phone" else False


def _finding(plain: View, candidate: Candidate) -> Finding:
    start, end = plain.span(candidate.start, candidate.end)
    return Finding(candidate.kind, start, end, candidate.score, candidate.reasons, candidate.rule)
