"""Links and web addresses, plain or disguised: every one has an ending that exists."""

import re
from collections.abc import Iterator

from policy.detector.common import is_ordinary
from policy.detector.model import Candidate
from policy.detector.tlds import ALL, FILES, WORDY
from policy.detector.wordlist import words

_PATH = (
    r"(?:(?:\s?/\s(?=[a-z0-9_.-]{3,40}$)|\s?[/?#])[^\s<>\"')\]]{0,200}"
    r"|(?:\sslash\s[a-z0-9_.-]{1,40}){1,3}|\(slash\)[a-z0-9_.-]{1,40}|:\d{2,5}(?:/\S{0,200})?)?"
)
_SCHEME = re.compile(
    r"(?<![a-z])(?:h?[tx]{1,2}ps?|hxxps?|https?|ftp|rtsp)\s?:\s?(?:/\s?){0,3}(?:[a-z0-9-]{1,63}(?:\s?\.\s?|"
    r"\sdot\s|\[\.\])){0,5}[a-z0-9-]{1,63}" + _PATH
)
_PLAIN = re.compile(r"(?<![a-z0-9@._-])((?:[\w-]{1,63}\.){1,5})([a-z]{2,18}|c0m|n3t|0rg)(?![\w-])" + _PATH)
_UNLEET = {"c0m": "com", "n3t": "net", "0rg": "org"}
_PUNYCODE = re.compile(r"(?<![a-z0-9-])xn--[a-z0-9-]{2,60}\.[a-z]{2,12}\b" + _PATH)

# A dot in words or brackets, or with spaces around it.
_WORD_DOT = (
    r"\s?(?:[\[({<]\s?(?:dot|d0t|punto|\.|period)\s?[\])}>]|[*_]dot[*_])\s?"
    r"|\s(?:dot|d0t|punto|ponto|punkt|period|point)\s|\s{1,2}\.\s{0,2}|\.\s{1,2}|\s?,(?=com\b)|%2e"
)
_SPOKEN = re.compile(
    r"(?<![a-z0-9@.-])((?:(?:www|w w w|web)(?:\.|" + _WORD_DOT + r"))?)([a-z0-9][a-z0-9-]{0,62})"
    r"(" + _WORD_DOT + r")(co(?:" + _WORD_DOT + r"|\.)uk|com(?:" + _WORD_DOT + r"|\.)(?:au|mx|br)|c\s?o\s?m"
    r"|net|org|info|co|us|io|me|ca|mx|es|biz|app|dog|pet|shop|site|online|club|care|ly|gle|gl|ee|ai|ws|de|"
    r"uk|gg)"
    r"(?![a-z0-9-])" + _PATH
)
_ADDRESS = re.compile(r"(?<![\w.])https?://\d{1,3}(?:\.\d{1,3}){3}\S{0,100}")

_GLUED = re.compile(r"(?<![a-z0-9.@-])([a-z0-9-]{3,40}?) ?(?:then )?dot ?(?:com|net|org)(?![a-z0-9])" + _PATH)
_DOTLESS = re.compile(
    r"(?<![a-z0-9.@-])([a-z0-9-]{6,40})(?: com|\s?[\[({<](?:\s?(?:dot|\.)\s?)?com[\])}>]|(?<=-)"
    r"[a-z]{3,20} net)(?![a-z0-9-])"
    r"(?:\s?/\s?[a-z0-9_-]{2,40})?"
)

# Any other sign for the dot: "tailsbytina★com", "flickr*com/x"; "www" run together with the rest; letters of "www" in words.
_OTHER_DOT = re.compile(
    r"(?<![a-z0-9@.])([a-z0-9-]{4,40})\s?[^\w\s.,!?'\"()/&+:;@$%#-]{1,3}\s?(com|net|org|es|mx"
    r"|uk)(?![a-z0-9])" + _PATH
)
_RUN_TOGETHER = re.compile(r"\bwww[a-z0-9-]{4,40}?(?:com|net|org|es|mx|co ?uk)\b")
_WWW_SAID = re.compile(
    r"\b(?:w ?w ?w|triple w|tres (?:uve|doble|w)s? ?(?:dobles?|ves?|us?)?|(?:double ?(?:u|you|w) ?){2,3}"
    r"|(?:(?:doble|uve) (?:doble|ve|u) ?){2,3})\W{0,2}(?:dot|punto|ponto"
    r"|period)\s[a-z0-9 -]{2,40}?\s?(?:dot|punto|ponto|period|\.)\s?"
    r"(?:com|net|org|es|mx|co|uk|br|fr|pl|info|dog|pet)\b"
)
_SHORTENED = re.compile(
    r"\b(?:tiny ?url|link ?tree|linktr ?(?:dot )?ee|bit ?(?:dot )?ly|bitly|calendly|beacons|carrd|etsy"
    r"|cash app|paypal|venmo|facebook|instagram|tiktok|patreon|gofundme|insta|fb)(?: dot (?:com|me|ai"
    r"|co))?[ -](?:forward )?slash[ -](?:at )?([a-z0-9_.-]{3,40})"
)
_ENDS_TOLD = re.compile(
    r"(?<![a-z0-9@.])([a-z0-9-]{7,40})(?:[ ,]+(?:and|then|it'?s|its|is|plus|with|the|a|an|usual|followed"
    r"|by|put|add|on|ends|in|at|end|just)){1,5} (?:dot|punto)(?: then)? ?(com|net|org|co|es|mx|uk|pet"
    r"|dog)(?: (?:dot"
    r"|punto) ?uk)?\b"
)

# "9am.pm": an hour, not a name.
_HOUR = re.compile(r"\d{1,2}[ap]m")

# People say these before a web address.
_SAID = re.compile(
    r"\b(?:web\s?sites?|site|url|link|links|page|pages|pagina|sitio|visit|go to|went to|check out|check|"
    r"click|look at|look up"
    r"|see|book|booking|on|at|online|google|search|type|browse|entra a|visita|more info|info|rates|reviews|"
    r"blog"
    r"|my|here|via|through|profile|portfolio|find (?:me|us)|sign up|join|tap|open|pics|photos|form)"
    r"\b[^.!?\n]{0,24}$"
)
_TOLD = re.compile(
    r"\b(?:web\s?site|visit|go to|check out|look at|look up|click|site is|link|url|page is|book (?:me|us|"
    r"at|on|through)"
    r"|rates are|more info|find (?:me|us) at|pics on|photos (?:at|on|of [a-z]+ at)|details at|sign up at)"
    r"\b[^.!?\n]{0,24}$"
)
# Endings that start the next clause when the space after a full stop is left out.
_FUNCTION_WORDS = words(
    "it is at in to so no be do my us me as am now one best how help works work live love care la de es"
    " re here new pay call love play stay plus cool fun run ok by if all are and the not you was"
)
_SAID_AFTER = re.compile(
    r"^[^.!?\n]{0,12}?\b(?:has|is my|for (?:my|rates|reviews|more|photos|pics|prices)|and (?:hit|book|"
    r"click))\b"
)

# Shorteners and profile pages whose endings double as words.
_KNOWN_HOSTS = words(
    "t.me m.me wa.me bit.ly t.co ow.ly buff.ly goo.gl forms.gle linktr.ee paypal.me revolut.me"
    " signal.me fb.me discord.gg youtu.be tinyurl.com is.gd cutt.ly rb.gy rebrand.ly beacons.ai bio.link"
    " lnk.bio lnkd.in fb.com ig.me snapchat.com s.id shorturl.at tiny.cc v.gd amzn.to spoti.fi g.co"
    " g.page maps.app.goo.gl cash.app zoom.us line.me viber.me kik.me telegram.me cal.com bio.site"
    " carrd.co about.me msng.link qr.ae fb.watch"
)
_PAYMENT_HOSTS = (
    "venmo.",
    "paypal.",
    "cash.app",
    "ko-fi.",
    "revolut.",
    "wise.",
    "zellepay.",
    "buymeacoffee.",
)


def links(text: str, original: str) -> Iterator[Candidate]:
    """Candidates in a lower-case view; `original` has the same length and its own capitals."""
    if ":" in text:
        for match in _SCHEME.finditer(text):
            yield _link(match, 0.95, "a link", "url.scheme")
    if "xn--" in text:
        for match in _PUNYCODE.finditer(text):
            yield _link(match, 0.9, "a web address", "url.punycode")
    if "." in text:
        for match in _PLAIN.finditer(text):
            yield from _plain(text, original, match)
    for match in _SPOKEN.finditer(text):
        yield from _spoken(text, match)
    yield from _told(text)
    if "com" in text:
        for match in _DOTLESS.finditer(text):
            if not is_ordinary(match[1]):
                yield _link(match, 0.65, "a web address without its dot", "url.dotless")
    if "dotcom" in text or "dot com" in text:
        for match in _GLUED.finditer(text):
            if len(match[1]) > 7 and not is_ordinary(match[1]):
                yield _link(match, 0.75, "a web address written to pass a filter", "url.glued")


def _told(text: str) -> Iterator[Candidate]:
    """Addresses whose dots and slashes are other signs or words."""
    reason = "a web address written to pass a filter"
    if not text.isascii() or any(sign in text for sign in "*^~|=<>"):
        for match in _OTHER_DOT.finditer(text):
            if not is_ordinary(match[1]):
                yield _link(match, 0.8, reason, "url.signs")
    if "www" in text:
        for match in _RUN_TOGETHER.finditer(text):
            yield _link(match, 0.85, reason, "url.run_together")
    if "slash" in text:
        for match in _SHORTENED.finditer(text):
            yield _link(match, 0.8, reason, "url.slash")
    if "dot" in text or "punto" in text or "ponto" in text:
        for match in _WWW_SAID.finditer(text):
            yield _link(match, 0.85, reason, "url.www_said")
        for match in _ENDS_TOLD.finditer(text):
            if not is_ordinary(match[1]):
                yield _link(match, 0.7, reason, "url.ending_told")


def _link(match: re.Match[str], score: float, reason: str, rule: str) -> Candidate:
    text = match[0].rstrip(" .,;!?")
    host = re.sub(r"^[a-z]{2,6}\s?:\s?/\s?/\s?", "", re.sub(r"\sdot\s|\s", ".", text)).split("/")[0]
    return Candidate("url", match.start(), match.start() + len(text), score, (reason,), rule, host)


def _plain(text: str, original: str, match: re.Match[str]) -> Iterator[Candidate]:
    """ "name.ending" without spaces: an address, a file name, or two sentences run together."""
    ending, host = _UNLEET.get(match[2], match[2]), match[1] + match[2]
    path = match[0][len(host) :]
    if ending not in ALL or (ending in FILES and not path.startswith("/")):
        return
    score = _plain_score(text, original, match, host, ending)
    if path.startswith((" ?", " /", " #")):
        path = ""
    end = match.start() + len((host + path).rstrip(".,;:!?"))
    reasons = ("a web address",) if score >= 0.8 else ("what looks like a web address",)
    yield Candidate("url", match.start(), end, score, reasons, "url.plain", host)


def _plain_score(text: str, original: str, match: re.Match[str], host: str, ending: str) -> float:
    path = match[0][len(host) :].strip()
    labels = match[1].rstrip(".").split(".")
    name = labels[-1]
    if host in _KNOWN_HOSTS or labels[0] in ("www", "www2") or (path[:1] == "/" and len(path) > 1):
        return 0.95
    if _starts_sentence(original, match.end(1)):
        return 0.2
    if _HOUR.fullmatch(name):
        return 0.2
    if ending in WORDY:
        return _wordy_score(text, match, labels, ending)
    if len(name) == 1:
        return 0.2
    said = _SAID.search(text, max(0, match.start() - 48), match.start())
    return 0.4 if is_ordinary(name) and not said and len(labels) == 1 else 0.9


def _wordy_score(text: str, match: re.Match[str], labels: list[str], ending: str) -> float:
    """ "pupstop.club" or "she ate.no poop": an ending that is a word needs more than the dot."""
    name, function = labels[-1], ending in _FUNCTION_WORDS
    continues = text[match.end() : match.end() + 1] in (" ", "\n")
    if len(labels) > 1 and all(map(is_ordinary, labels)):
        return 0.3
    if len(labels) > 1 and min(map(len, labels)) > 2 and len(ending) > 2 and not (function and continues):
        return 0.8
    before = max(0, match.start() - 48)
    told = _TOLD.search(text, before, match.start()) or _SAID_AFTER.match(
        text[match.end() : match.end() + 40]
    )
    chosen = any(c.isdigit() or c == "-" for c in name) and not is_ordinary(name.partition("-")[0])
    compound = len(name) > 8 and not is_ordinary(name)
    if function and continues:
        return 0.3 + 0.3 * bool(told and (compound or chosen))
    alone = match.start() < 16 and len(text) - match.end() < 8 and " " not in text[match.end() :].strip()
    hinted = compound and (alone or _SAID.search(text, before, match.start()) is not None)
    return 0.3 + 0.25 * bool(told or hinted) * (len(name) > 5) + 0.25 * (chosen or len(name) > 11)


def _starts_sentence(original: str, dot: int) -> bool:
    """ "at home.The dog": a capital after the dot, and only there."""
    before, after = original[dot - 2 : dot - 1], original[dot : dot + 2]
    return before.islower() and after[:1].isupper() and after[1:2].islower()


def _spoken(text: str, match: re.Match[str]) -> Iterator[Candidate]:
    """ "name dot com", "name . com", "name (dot) net": an ordinary dot takes more evidence."""
    www, name, dot, ending = match[1], match[2], match[3], re.sub(r"\s", "", match[4])
    if name in ("the", "a", "my", "this", "removed") or name in ("is", "in", "to", "and"):
        return
    deliberate = any(c in dot for c in "[({<*_") or www or "slash" in match[0]
    worded = any(c.isalpha() for c in dot)
    said = _SAID.search(text, max(0, match.start() - 48), match.start()) is not None
    if deliberate:
        score = 0.9
    elif worded:
        score = 0.55 + 0.3 * said if ending not in WORDY else 0.3 + 0.3 * said
    elif ending == "com":
        score = 0.8
    else:
        chosen = len(name) > 11 or (name[0].isalpha() and any(c.isdigit() or c == "-" for c in name))
        score = 0.25 + 0.15 * said + 0.2 * chosen
    if name in ("at", "on", "connect", "polka", "dots") or (worded and name in _ERA):
        score = 0.2
    candidate = _link(match, score, "a web address written to pass a filter", "url.spoken")
    yield candidate


_ERA = words("at dot on put laser red polka connect early big another no every each point")


def host_of(candidate: Candidate) -> str:
    """The name that the allow-list compares: of the machine a link leads to, or of the mailbox's domain."""
    host = candidate.value.rpartition("@")[2]
    host = re.sub(r"^(?:https?://)?(?:www\d?\.)?", "", host)
    return host.split("/")[0].split(":")[0].strip(".")
