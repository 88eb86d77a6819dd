"""E-mail addresses, plain or disguised: found from the "at" outwards, so that cost stays linear."""

import re
from collections.abc import Iterator

from policy.detector.common import WORDS, is_handle_like
from policy.detector.handles import PLATFORM_WORDS
from policy.detector.model import Candidate
from policy.detector.tlds import ALL, FILES, PROVIDERS, SURE_PROVIDERS, WORDY
from policy.detector.wordlist import any_of, words

_PROVIDER = any_of({*PROVIDERS, "g mail", "google mail", "hot mail", "out look", "i cloud"})
_SURE = any_of({*SURE_PROVIDERS, "outlook", "proton", "g mail", "hot mail"})

_PAD = r"[\s.,*_|~/\\'\"+-]{0,4}"
_OPEN, _CLOSE = r"[\[({<]", r"[\])}>]"

# The sign itself, however dressed; and the words for it.
_SIGN = re.compile(
    rf"{_PAD}{_OPEN}?\s?(?:then )?\s?(?:@+|%40|\u24d0|\u00ae)\s?{_CLOSE}?{_PAD}"
    rf"|{_PAD}{_OPEN}\s?(?:at|a|arroba|ad)\s?{_CLOSE}{_PAD}"
    rf"|\s(?:a|ad)\s(?={_SURE}(?:\.|\s(?:punto|dot)\s)com)"
    r"|(?<=[a-z0-9])(?:[\s,_*.-]{1,3})(?:at|a\st|arroba|arobase|chiocciola)(?:[\s_*.-]{1,3})(?=[a-z0-9])"
)
_GLUED_AT = re.compile(rf"at(?={_SURE}(?:dot|\.)com\b)|(?<=\d)at\s(?={_SURE}\b)")

_DOT = (
    r"(?:(?:\s\+)?\s?\.{1,3}\s?\.?|,|_|;|[\s_*~-]{0,3}"
    rf"(?:{_OPEN}\s?(?:dot|d0t|\.|punto|d)\s?{_CLOSE}|(?:dot|d0t|punto|ponto|punkt|period|point)(?![a-z]))"
    rf"[\s_*~-]{{0,3}})"
)
_TLD = f"({any_of((ALL - FILES) | {'con', 'cmo', 'comm', 'ocm'})})(?![a-z0-9])"
_DOMAIN = re.compile(
    rf"{_OPEN}?([a-z0-9](?:[a-z0-9-]{{0,62}}))((?:{_DOT}[a-z0-9-]{{1,63}}){{0,3}}?){_DOT}{_TLD}"
    rf"((?:{_DOT}(?:uk|au|mx|br|nz|in|za|jp|ar|sg)\b)?)"
)
_KNOWN = re.compile(
    rf"{_OPEN}?({_PROVIDER})(?:\s?[.,_]?\s{{0,2}}(?:dot)?\s?(?:c\s?[o0]\s?[mn]|com|con|net|me|es|fr)\b|\b)"
)
_GLUED_DOMAIN = re.compile(rf"({_SURE})dot\s?(com|net|me)\b")

_LOCAL_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-")
_JOINT = r"\s?[\[({<]?\s?\b(?:dot|underscore|dash|hyphen|guion bajo|guion|punto)\b\s?[\])}>]?\s?"
_SAID_LOCAL = re.compile(
    rf"(?<![a-z0-9])(?:[a-z0-9]{{2,30}}(?:{_JOINT}[a-z0-9]{{1,30}}){{1,3}}"
    r"|first name (?:is )?[a-z]{1,30}[, ]{1,2}(?:and )?(?:then )?last name (?:is )?[a-z]{1,30},?)$"
)
# "My email is jenny wags 22 at ...": the whole of what follows is the mailbox.
_ANNOUNCED_LOCAL = re.compile(
    r"(?:mail|address|correo)(?: address)?(?: is|'s|:| es) ((?:[a-z0-9]{1,20} ){1,3}[a-z0-9]{1,20})$"
)
_REMARK = re.compile(r"\s?\((?:remove|without|no|minus|take out|delete)[^()\n]{1,24}\)")

# Said before an address in words.
_SAID = re.compile(r"\b(?:e-?mails?|mail|address|correo|contact|reach|write|inbox|send|escrib\w*|gmail)\b")
# Words before "at" that are no mailbox.
_PROSE = words(
    "me us him her them you it is are was be been am look looked looking meet meeting met see seen stay"
    " stayed here there home work working lives live stop stopped back over out up down in on off good"
    " great best store book find found available buy bought arrive arrived ready park photos pics one"
    " not no only works rates reviews info more posted directly online go shop visit order ordered check"
    " site website page now still just left him staying and or but the a an this that started wait"
    " waiting start started leave pick done be i he she we they everything all both dogs dog cat cats"
    " puppy starts begins ends open opens closes dinner lunch"
)


_AT_WORDS = frozenset(("at", "a", "ad", "arroba", "arobase", "chiocciola"))

# "moc.liamg@": an address from its end.
_BACKWARDS = re.compile(r"(?<![a-z0-9])(?:moc|ten|gro|em)[.][a-z0-9-]{2,30}@[a-z0-9._+-]{2,40}")


def emails(text: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in a lower-case view, by its words; overlapping ones are possible."""
    if not words.isdisjoint(_AT_WORDS) or any(mark in text for mark in ("@", "%40", "\u24d0", "\u00ae")):
        for sign in _SIGN.finditer(text):
            yield from _around(text, sign)
    if "at" in text:
        for glued in _GLUED_AT.finditer(text):
            yield from _around(text, glued)
    if "@" in text:
        for match in _BACKWARDS.finditer(text):
            reasons = ("an e-mail address written backwards",)
            yield Candidate("email", *match.span(), 0.9, reasons, "email.backwards")
    yield from _bare_provider(text)


def _around(text: str, sign: re.Match[str]) -> Iterator[Candidate]:
    """The address on both sides of one "at"."""
    domain = _domain(text, sign.end())
    if domain is None:
        return
    end, host, known = domain
    start = _local_start(text, sign.start())
    spoken = "@" not in sign[0] and "%40" not in sign[0]
    if not spoken and sign[0][0].isspace():
        local, host_said = text[start : sign.start()], text[sign.end() : end]
        if local in PLATFORM_WORDS or (local in WORDS and host_said in WORDS):
            return
    if start < 0:
        if "@" in sign[0] and (known or "." in text[sign.end() : end]):
            at = sign.start() + sign[0].index("@")
            yield Candidate(
                "email", at, end, 0.6, ("the second half of an e-mail address",), "email.half", host
            )
        return
    score = _score(text, start, sign, end, known=known, spoken=spoken)
    remark = _REMARK.match(text, end)
    reason = "an e-mail address written to pass a filter" if spoken else "an e-mail address"
    value = text[start : sign.start()] + "@" + host
    rule = "email.spoken" if spoken else "email.sign"
    yield Candidate("email", start, remark.end() if remark else end, score, (reason,), rule, value)


def _domain(text: str, position: int) -> tuple[int, str, bool] | None:
    """End, host and whether the provider is known, of the domain that starts at `position`."""
    glued = _GLUED_DOMAIN.match(text, position)
    if glued:
        return glued.end(), f"{glued[1]}.{glued[2]}", True
    match = _DOMAIN.match(text, position)
    if match:
        middle = re.sub(r"[^a-z0-9-]+", ".", re.sub(r"\b(?:dot|d0t|punto)\b", ".", match[2])).strip(".")
        country = re.sub(r"[^a-z]|dot|punto", "", match[4])
        host = ".".join(part for part in (match[1], middle, match[3], country) if part)
        return match.end(), host, match[1] in PROVIDERS
    known = _KNOWN.match(text, position)
    if known and known[1].replace(" ", "") in PROVIDERS | {"googlemail"}:
        return known.end(), known[1].replace(" ", "") + ".com", True
    return None


def _local_start(text: str, end: int) -> int:
    """Where the mailbox name that ends at `end` starts; -1 when there is none."""
    before = text[max(0, end - 80) : end]
    if " " in before and (said := _SAID_LOCAL.search(before)):
        return end - len(before) + said.start()
    if " " in before and (announced := _ANNOUNCED_LOCAL.search(before)):
        return end - len(before) + announced.start(1)
    start = end
    while start > 0 and end - start < 64 and text[start - 1] in _LOCAL_CHARS:
        start -= 1
    while start < end and text[start] in "._%+-":
        start += 1
    return -1 if start == end or text.startswith("removed", start) else start


def _score(text: str, start: int, sign: re.Match[str], end: int, *, known: bool, spoken: bool) -> float:
    local, host = text[start : sign.start()], text[sign.end() : end]
    if not spoken:
        loose = host != host.strip() or " " in host or sign[0] != "@"
        return 0.95 if not loose or known else _loose_score(text, start, local, host)
    if local in _PROSE or local.isdigit() or len(local) < 3:
        return 0.2
    said = _SAID.search(text, max(0, start - 40), start) is not None
    handle = any(not c.isalpha() for c in local) or "[" in sign[0] or "(" in sign[0]
    plain_provider = known and any(p in host for p in SURE_PROVIDERS)
    score = (
        0.3 + 0.25 * said + 0.25 * handle + 0.3 * plain_provider + 0.25 * (known and host.isalpha() is False)
    )
    if not known and re.search(r"\bdot\b|punto|[\[({]", host):
        score += 0.1
    return min(score, 0.95)


def _loose_score(text: str, start: int, local: str, host: str) -> float:
    """ "8 @ home.no dogs": spaces around the sign and an unknown provider need a mailbox-like name."""
    ending = re.split(r"[^a-z]+", host)[-1]
    if local in _PROSE or local.isdigit() or len(local) < 3:
        return 0.3
    if ending in WORDY:
        return 0.6 if _SAID.search(text, max(0, start - 40), start) else 0.35
    return 0.8


_BARE = re.compile(
    rf"\b(?:my|his|her|the|our|mi) (?:e-?mail|{_SURE})(?: address| name| account)?(?: is|'s|:|=|'s:)\s?"
    rf"([a-z0-9][a-z0-9._+-]{{3,40}})(?![a-z0-9@])"
    rf"|([a-z0-9][a-z0-9._+-]{{3,40}})\s?[(\[]\s?(?:on |at )?{_SURE}\s?[)\]]"
    rf"|(?<![a-z0-9@])((?:[a-z]{{3,30}}\d{{1,6}}|[a-z]{{2,30}}[._][a-z]{{2,30}}\d{{0,4}})) {_SURE}(?![a-z@])"
    rf"|\b{_SURE}(?: me)?\s?[:=]\s?([a-z0-9][a-z0-9._+-]{{3,40}})(?![a-z0-9@])"
)


# Any other sign between a mailbox and its provider, and in its ending: "tess.paws 🌀 gmail ⚫ com", "cora#gmail.com".
_OTHER_SIGNS = re.compile(
    rf"(?<![a-z0-9])([a-z0-9][a-z0-9._+-]{{2,40}})\s?[^\w\s.,'\"!?()-]{{1,3}}\s?({_SURE})\s?(?:[^\w\s]{{1,3}})\s?(?:com"
    rf"|net|org|me|es|mx|co)\b"
)
_MAIL_PLACE = rf"{_SURE}|google(?:'s)? (?:one|mail)|g one"
# A mailbox somewhere near the name of its provider: "gmail is pepper.sits", "the yahoo sort ... in front is clementine".
_NEAR = re.compile(
    rf"(?<![a-z0-9@.])(?:{_MAIL_PLACE})(?:'s)?(?: com| one| account| address| mail)?(?: is|,| it'?s| its"
    rf"| ?[:=→>-]{{1,2}})?"
    rf"(?:[ ,]+(?:the|name|there|is|its|it|my|just|under|before|first|part|bit|in|front|with|and|then|user"
    rf"|en|es|called)){{0,6}}[ ,:]+"
    rf"([a-z0-9][a-z0-9._+-]{{3,40}}[a-z0-9])(?![a-z0-9@]|\.[a-z])"
    rf"|(?<![a-z0-9@])([a-z0-9][a-z0-9._+-]{{3,40}}[a-z0-9])"
    rf"(?:[ ,@]+(?:is|the|rest|bit|part|name|and|then|goes|in|en|what|that|front|of|comes|before|at|with"
    rf"|it'?s|its|a|an|on|my|swirly|sign|that'?s|thats"
    rf"|swirl)){{1,8}}[ ,]+(?:{_MAIL_PLACE})(?:'s)?(?![a-z@])"
)


def _bare_provider(text: str) -> Iterator[Candidate]:
    """ "my gmail is jennywags22": the provider is said and the mailbox follows."""
    if not any(
        provider in text
        for provider in ("mail", "google", "g one", "yahoo", "icloud", "outlook", "proton", "aol")
    ):
        return
    for match in _OTHER_SIGNS.finditer(text):
        yield Candidate(
            "email", *match.span(), 0.8, ("an e-mail address written to pass a filter",), "email.signs"
        )
    for match in _NEAR.finditer(text):
        group = 1 if match[1] else 2
        name = match[group].strip("._-")
        if (
            name not in _PROSE
            and is_handle_like(name)
            and (any(c in "._" or c.isdigit() for c in name) or len(name) > 7)
            and not name.isdigit()
        ):
            yield Candidate(
                "email", *match.span(), 0.7, ("a mailbox name next to its provider",), "email.near"
            )
    for match in _BARE.finditer(text):
        local = match[match.lastindex or 1]
        group = match.lastindex or 1
        if local not in _PROSE and (len(local) > 6 or not local.isalpha()) and not local.startswith("remov"):
            span = match.span() if match[2] or match[3] else match.span(group)
            yield Candidate("email", *span, 0.7, ("a mailbox name next to its provider",), "email.provider")
