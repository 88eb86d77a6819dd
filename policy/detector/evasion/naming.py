"""Names and places told instead of written: "the yellow app", "all one word", "a dash in the middle", "google …, the second one"."""

import re
from collections.abc import Iterator

from policy.detector.common import is_handle_like, is_ordinary
from policy.detector.handles import PLATFORM_WORDS
from policy.detector.model import Candidate
from policy.detector.payments import PAYMENT_BRANDS
from policy.detector.tlds import SURE_PROVIDERS
from policy.detector.wordlist import words

# Without one of these a text names no place to be found at.
PLACE_WORDS = (
    (
        PLATFORM_WORDS
        - {
            "line",
            "threads",
            "x",
            "meta",
            "wire",
            "element",
            "teams",
            "zoom",
            "band",
            "polo",
            "ig",
            "sc",
            "signal",
            "snap",
            "gram",
        }
    )
    | PAYMENT_BRANDS
    | SURE_PROVIDERS
    | words(
        "app apps fotitos fotos site page google online web gram strava face facebook psn xbox gamertag"
        " user insta mail email venmo cash pay square bubble user yelp snap ig logo"
    )
)
_COLORS = "yellow|green|blue|red|purple|pink|orange|black|white|rainbow|teal"
_THINGS = (
    "ghost|heart|flame|bee|fox|owl|bird|birdie|camera|photo|photos|pic|pics|picture|pictures|fotitos"
    "|fotos|video|videos|dance"
    "|dancing|music|chat|gaming|gamer|money|cash|payment|v|p|f|s|x|t"
    "|note|plane|paper plane|bubble|phone|musical note|clock|square|letter|robot|butterfly|elephant"
)
_ROUTE = re.compile(
    rf"\b(?:the|that|la|el|on|my|a|ur|your) (?:(?:old|little|usual|other|big|same|famous"
    rf"|free) )?(?:(?:{_COLORS}) )?(?:de )?(?:(?:{_THINGS}|{_COLORS})) (?:(?:heart|bird|ghost|bubble|square"
    rf"|play|chat|money|v|p) )?(?:app|one|site|page|square|logo"
    rf"|icon|bubble|place|thingy|website|platform|network)\b"
    rf"|\b(?:the|that|an|one) (?:app|one|site|place|icon) (?:with|w) (?:the|a|that) (?:\w+ )?(?:{_THINGS})\b"
    rf"|\b(?:pic|photo|picture|ghost|bird|camera) app\b|\ben (?:la|el) de (?:fotitos|fotos|videos|mensajes)\b"
    rf"|\b(?:app|one|site)(?: that'?s| thats)? (?:with (?:the|a) "
    rf"|that starts with )(?:letter )?(?:{_THINGS})\b"
)
_INVITED = re.compile(
    r"\b(?:add|find|search|look|follow|msg|message|dm|hit|catch|reach|ping|write|pay"
    r"|send)\b[^.!?\n]{0,18}\b(?:me|us|for|up|my)\b|\b(?:i'?m|im|i am|soy|we'?re|it'?s|its)\b|\b(?:user"
    r"|username|handle|my name|screen ?name|tag)\b"
    r"|\b(?:buscame|agregame|sigueme|encuentrame|mandame|escribeme)\b|\badd [a-z]"
)
_JOINED = re.compile(
    r"\b(?:all |as )?(?:one|1|a single) word\b|\bno spaces?\b|\bwithout (?:the |any )?spaces?\b|\(together\)"
    r"|\b(?:smushed|squished|mashed|run|stuck|all|joined|put) together\b|\ball lower ?case\b"
    r"|\ball (?:in )?(?:small|little) letters\b"
    r"|\b(?:a |an |the )?(?:dash|hyphen|dot|underscore|period|line)s? (?:in (?:the )?(?:middle|between)"
    r"|between|in it|at the end)\b|\b(?:with|w) (?:a|an) (?:dash|hyphen|dot|underscore|period)\b"
    r"|\btodo junto\b|\bthe usual thing between\b"
    r"|\bfirst (?:letters?|initials?) of\b|\bfirst [a-z]{3,20},? (?:and )?then [a-z]{3,20}\b"
    r"|\bcapital letters\b|\bspelled (?:like|as|with|how)\b"
)
# What such talk is not about.
_NOT_ABOUT = re.compile(
    r"\b(?:wi-?fi|network|password|passwords?|pass|pw|pwd|passcode|login|netflix|hulu|code|alarm|hotspot"
    r"|router|clave|contrasena)\b"
)
_SPOKEN = re.compile(
    r"(?<![a-z0-9])([a-z0-9]{2,24}),? (?:and |then )?(?:an? )?(?:underscore|hyphen|dash|guion bajo|guion"
    r"|dot|punto) "
    r"(?:and |then )?(?:de (?:punto|guion) )?([a-z0-9]{2,24})(?![a-z0-9])"
)
_SEARCH = re.compile(
    r"\b(?:google|search(?: for| up| me| us)?(?: on \w+)?|look(?:ed)?(?: me| us)? up(?: on \w+)?|look for"
    r"|find(?: me| us)?(?: on \w+)?|type(?: in)?|join(?: my)?|add(?: me)?|listed as|called|named|under"
    r"|known as|go(?:es)? by|como|llamada|busca(?:me|r)?|buscas|agregame|bing|verify me on \w+"
    r"|profile is|name is|find)\b"
)
_CAPITALS = re.compile(r"[A-Z][\w'.]{1,20}(?: (?:[A-Z][\w'.]{0,20}|and|of|the|by|on|&|de|con)){1,5}")
_SEARCHED_IN = words(
    "google bing web facebook fb insta instagram venmo strava nextdoor face linkedin"
    " tiktok tik yelp youtube twitter paypal online internet zelle cashapp snapchat"
    " telegram discord reddit pinterest"
)
_NOT_NAMES = re.compile(
    r"^(?:Google|Maps|Home|Play|Docs?|Drive|Photos?|Calendar|Mon|Tues?|Wed|Thurs?|Fri|Sat"
    r"|Sun)\w*\b(?: (?:Maps|Home|Play|Docs?|Nest|Drive|Photos|Mini|Calendar)\b)?"
)
_HASHTAG = re.compile(r"\bhashtag (?:is )?([a-z][a-z0-9_]{5,40})\b")
_LOOKED_FOR = re.compile(r"\b(?:dms?|account|look|find|follow|search|owner|same|me|my)\b")
_MONEY_SIGN = re.compile(
    r"\b(?:money|dollar|cash) ?sign[, ]+(?:and |then |plus )?([a-z][a-z0-9_]{3,30})(?:,? (?:then"
    r"|and) ([a-z0-9_]{3,30}))?"
)
_THERE = re.compile(
    r"\b(?:my|the|our) (?:id|user ?(?:name|id)?|handle|name(?: there| on there| on it)?|nick(?:name)?"
    r"|gamertag|tag|psn|page name|account)(?: there| on there)?(?: is|'s|:| ="
    r"|,) ?@?([a-z0-9][a-z0-9._-]{4,40})(?![a-z0-9])"
    r"|\b(?:gamertag|psn|xbox|playstation|steam id|friend code)(?: is"
    r"|:)? ([a-z0-9][a-z0-9._-]{4,30})(?![a-z0-9])"
)
_PAY_AT = re.compile(r"\b(?:venmo|cash ?app|paypal|zelle) ?@ ?([a-z]{2,20}(?: [a-z]{3,24})?)\b")
# Platforms whose names are ordinary words.
_WORDY_PLACES = words("line signal band wire element slack teams zalo threads")
_TOKEN = re.compile(r"(?<![a-z0-9@])[a-z0-9][a-z0-9._-]{3,40}(?![a-z0-9@])")


def namings(text: str, original: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in a lower-case view; `original` has its positions and its own capitals."""
    if "one" in words or "thing" in words:
        yield from _routes(text, original)
    if "id" in words and not words.isdisjoint(_WORDY_PLACES):
        yield from _told(text, words)
    if words.isdisjoint(PLACE_WORDS) and "hashtag" not in words and "sign" not in words:
        return
    yield from _told(text, words)
    yield from _routes(text, original)
    yield from _joined(text)
    if not words.isdisjoint(_SEARCHED_IN):
        yield from _searched(text, original)


def _told(text: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Names after "my ID is", "money sign", "hashtag"."""
    for match in _THERE.finditer(text):
        group = 1 if match[1] else 2
        if (
            is_handle_like(match[group])
            and (group == 2 or _is_chosen(match[group]))
            and not _NOT_ABOUT.search(text)
        ):
            yield Candidate(
                "social", *match.span(group), 0.7, ("a name on another platform",), "social.there"
            )
    for match in _MONEY_SIGN.finditer(text):
        yield Candidate("payment", *match.span(), 0.75, ("a cashtag in words",), "payment.spoken_sign")
    for match in _PAY_AT.finditer(text):
        yield Candidate("payment", match.start(1), match.end(1), 0.7, ("a payment name",), "payment.at_name")
    if "hashtag" in text and _LOOKED_FOR.search(text):
        for match in _HASHTAG.finditer(text):
            yield Candidate("social", *match.span(1), 0.65, ("a name on another platform",), "social.hashtag")
    for match in _SPOKEN.finditer(text):
        if not is_ordinary(match[2]) or not is_ordinary(match[1]):
            if match[2] in ("com", "net", "org", "co", "es", "mx") or _NOT_ABOUT.search(text):
                continue
            kind = "payment" if not words.isdisjoint(PAYMENT_BRANDS) else "social"
            yield Candidate(kind, *match.span(), 0.65, ("a name said sign by sign",), f"{kind}.said_signs")  # type: ignore[arg-type]


def _is_chosen(word: str) -> bool:
    return any(c in "._-" or c.isdigit() for c in word) or len(word) > 8


def _routes(text: str, original: str) -> Iterator[Candidate]:
    """A platform named by its look, with a name or an invitation."""
    for match in _ROUTE.finditer(text):
        before, after = max(0, match.start() - 60), min(len(text), match.end() + 60)
        around = text[before:after]
        invited = _INVITED.search(around)
        name = next((m for m in _TOKEN.finditer(text, before, after) if _is_name(m[0])), None)
        proper = _CAPITALS.search(original, match.end(), after)
        if name is None and (proper is None or invited is None) and not (invited and _SPOKEN.search(around)):
            continue
        span = name.span() if name else proper.span() if proper else match.span()
        start, end = min(match.start(), span[0]), max(match.end(), span[1])
        yield Candidate(
            "evasion",
            start,
            end,
            0.7,
            ("names an app by its look, with a name to find there",),
            "evasion.route",
        )
        return


def _is_name(word: str) -> bool:
    plain = word.strip("._-")
    return (
        is_handle_like(plain)
        and _is_chosen(plain)
        and not plain.replace(".", "").replace("-", "").isdigit()
        and not _MEASURE.fullmatch(plain)
    )


_MEASURE = re.compile(r"[\d.-]+[a-z]{1,4}|[a-z]+-[a-z]+(?:-[a-z]+)?|[a-z]{1,3}-?\d+|(?:[a-z]\.)+[a-z]*")


def _joined(text: str) -> Iterator[Candidate]:
    """How a name is put together, next to a place to find it at."""
    for match in _JOINED.finditer(text):
        before, after = max(0, match.start() - 90), min(len(text), match.end() + 60)
        around = text[before:after]
        if _NOT_ABOUT.search(around) or not _names_place(around):
            continue
        yield Candidate(
            "evasion",
            _words_before(text, match.start()),
            match.end(),
            0.7,
            ("says how to put a name together",),
            "evasion.joined",
        )
        return


def _names_place(around: str) -> bool:
    found = re.findall(r"[a-z]+", around)
    return any(word in PLACE_WORDS or word.rstrip("s") in PLACE_WORDS for word in found) or bool(
        re.search(r"\bp\.p\.|\bpp\b", around)
    )


def _words_before(text: str, position: int) -> int:
    """Where the four words before a position start, within their sentence."""
    clause = re.split(r"[.!?\n]\s|: ", text[max(0, position - 60) : position])[-1]
    start = position - len(clause)
    said = list(re.finditer(r"\S+", clause))
    return start + said[-4].start() if len(said) >= 4 else start + (said[0].start() if said else 0)


def _searched(text: str, original: str) -> Iterator[Candidate]:
    """A proper name to be typed into a search."""
    for match in _SEARCH.finditer(text):
        for proper in _CAPITALS.finditer(original, match.end(), min(len(text), match.end() + 64)):
            if _NOT_NAMES.match(proper[0]) or "." in text[match.end() : proper.start()]:
                continue
            start = min(match.start(), proper.start())
            yield Candidate(
                "social", start, proper.end(), 0.65, ("a name to be searched elsewhere",), "social.searched"
            )
            return
