"""Names on other platforms: @handles, "insta: name", "I'm name on telegram", "same name on snap"."""

import re
from collections.abc import Iterator

from policy.detector.common import NAMES, is_handle_like, is_ordinary
from policy.detector.model import Candidate, Kind
from policy.detector.payments import PAYMENT_BRANDS
from policy.detector.wordlist import words

# Platform names that mean nothing else, and those that are ordinary words too.
SURE = (
    r"(?:instagram|i\.g\.?|[i1]nst[a4](?:gr[a4]m)?|insta\s?gram|insta|1nsta\w*|inst4|ig|1g|facebook"
    r"|face\s?book|fb|messenger|"
    r"whats\s?app|"
    r"wassap|whatsapp|snap\s?chat|sc|snapchat"
    r"|tik\s?tok|telegram|telegr4m|tg|discord|disc0rd|wechat|we chat|weixin|viber|kik|kakao(?:talk)?|"
    r"linkedin|linked in"
    r"|next\s?door|twitter|you\s?tube|reddit|pinterest|tumblr|skype|snapch4t|sn4p|bluesky|bsky|mastodon|"
    r"yelp|rover"
    r"|strava|xbox|psn|gamertag|the face|face(?=:)|tik tok|fotitos"
    r"|craigslist|bumble|tinder|hinge|wag|care\.com|google chat|hangouts|imessage|facetime|vk|qq|steam|"
    r"twitch|onlyfans)"
)
_WORDY = (
    r"(?:snap|signal|line|threads|the gram|gram|x|meta|wire|element|slack|teams|zoom|band|marco polo|zalo|"
    r"clubhouse)"
)
PLATFORM = f"(?:{SURE}|{_WORDY})"

# A text without any of these words names no platform.
PLATFORM_WORDS = words(
    "instagram insta gram ig g fb facebook messenger whats whatsapp wassap snap snapchat sc tik tiktok"
    " telegram tg tele discord disc0rd wechat weixin viber kik kakao kakaotalk linkedin linked nextdoor"
    " twitter tube youtube reddit pinterest tumblr skype bluesky bsky mastodon yelp rover craigslist"
    " signal line threads x meta wire element slack teams zoom band zalo 1nsta 1g 1nstagram sn4p"
    " username handle screenname hangouts imessage facetime vk qq steam twitch onlyfans inst4 snapch4t"
    " telegr4m strava xbox psn gamertag face 1nst4 inst4gram f4cebook 1nst4gram sn4pchat"
    " t3legram wh4tsapp socials social userid polo wag bumble tinder hinge"
)

_NAME = r"(@?\s?(?:live:)?[a-z0-9](?:[a-z0-9._\-]{1,38}[a-z0-9_])(?:#\d{3,5})?)(?![a-z0-9@]|\.[a-z0-9])"
_PROPER = r"([a-z][a-z'.-]{1,20}(?: [a-z][a-z'.-]{0,20}){1,2})"

_AT_HANDLE = re.compile(r"(?<![a-z0-9@._%+-])@ ?([a-z_0-9][a-z0-9_.-]{2,40})(?![a-z0-9@])")

_LABELLED = re.compile(
    rf"(?<![a-z0-9])(?:my |the |add me on |on |via |handle )?{PLATFORM}(?: (?:handle|username|user|"
    rf"user name|id|name|profile|page|acct|account|tag|add me))?"
    rf"\s?(?:[:=>/→~👉➡▶⇒]{{1,2}}|-(?=\s)|\bis:)\s?{_NAME}"
)
_SAID_IS = re.compile(
    rf"\b(?:my|our|his|her|mi)\s(?:new |other |personal |business |pet |dog )?{PLATFORM}"
    rf"(?: (?:handle|username|user|user name|id|name|profile|page|acct|account|tag))?"
    rf"(?: is|'s| es|,)?\s{_NAME}"
    rf"|(?<![a-z]){PLATFORM} (?:handle|username|user|user name|id|name|acct|account|tag)(?: is|'s)?\s{_NAME}"
    rf"|(?<![a-z]){SURE} is {_NAME}"
    rf"|\b(?:my|our) (?:@|handle|username|user name|screen ?name|socials?|tag)(?: is|'s|:| =)\s?{_NAME}"
    rf"|\b(?:snap|snapchat|kik|insta|ig|telegram|tg|discord|wechat) me(?: at|:| on|,)?\s{_NAME}"
)
_ADD_ME = re.compile(
    rf"\b(?:add|follow|find|message|msg|dm|hit|text|ping|reach|look|search|catch|pm|kik|see|hmu|write)"
    rf"(?: up| for)?(?: me| us| my page)?(?: up)?"
    rf"\s?(?:on|in|at|over on|via|through)?\s?(?:my )?{PLATFORM}?,?(?: at| as| @| under| by|:|,)?\s{_NAME}"
)
_DIRECT = re.compile(rf"(?<![a-z]){SURE}(?: me)?(?: at| @|,)?\s{_NAME}")
_ON_PLATFORM = re.compile(rf"(?<![a-z0-9._-]){_NAME} (?:on|via|over on|in|at) (?:my )?{PLATFORM}(?![a-z0-9])")
_ON_AS = re.compile(
    rf"\b(?:im|i'm|i am|find me|find us|add me|look me up|search me|look for me|search for me|we're|we are|"
    rf"follow me)"
    rf" (?:on|in) {PLATFORM} (?:as|under|by|at|with|named|called)\s(?:the name )?({_PROPER}|{_NAME})"
)
_GO_BY = re.compile(
    rf"\b(?:i go by|i'm|im|i am|known as|user(?:name)? is|handle is|its|it's)\s{_NAME}(?: over)"
    rf"? on {PLATFORM}\b"
)
# "Insta's name", "insta its just name", "over on kik im name", "on tiktok i'm name", "en insta soy name".
_IM_ON = re.compile(
    rf"(?<![a-z]){SURE}(?:'s| it'?s| its| name'?s| is| im| i'?m| i am| soy|,)(?: just| called| simply"
    rf"| under| as| still| now| my| the| user| name)*:? {_NAME}"
    rf"|\b(?:on|over on|in|en|at|via|un?der) (?:my |el |la |the )?{SURE},? (?:i'?m|im|i am|it'?s|its|we'?re"
    rf"|soy|me llamo|my name is|as|under|search|find|look for|busca(?:s|me)?(?: como)?|me buscas como|como"
    rf"|you can find)"
    rf"(?: just| called| simply| under| as| me| for| me as)*:? {_NAME}"
    rf"|\b(?:i'?m|im|i am|soy|we'?re|find me as|known as|listed as) {_NAME} (?:on|over on|in|en|at) (?:my "
    rf"|el |la |the )?{PLATFORM}(?![a-z])"
    rf"|\bjust {_NAME} (?:on|over on) {PLATFORM}(?![a-z])"
)
_HASHED = re.compile(r"(?<![a-z0-9#])([a-z][a-z0-9_.]{2,31}#\d{4})(?!\d)")
_SAME = re.compile(
    rf"\b(?:same|identical) (?:user\s?name|name|handle|user|id|account name|@|nick(?:name)?|tag)(?: as "
    rf"(?:here|this(?: app)?|on here))?"
    rf"(?: here)?(?: is)?,? (?:on|in|over on|for|at) (?:my )?{PLATFORM}\b"
    rf"|\b(?:(?:add|find|follow|message|msg|dm|look for|hit) me on |(?:i'?m )?on |my |i'm on )"
    rf"?{PLATFORM},? (?:(?:i'm|im|i am|is|it's|its|with|by|under|as|and) )?"
    rf"(?:on there |there )?(?:the |my )?same(?: (?:user\s?name|name|handle|user|id|nick(?:name)?))?(?: "
    rf"(?:as|like|on|in)(?: (?:here|this(?: app)?|on here|my name here)))?"
    rf"(?=[^a-z]|$)"
    rf"|\b(?:my )?(?:user\s?name|handle|name)(?: is|'s)? (?:the )?same (?:on|over on) {PLATFORM}\b"
)
_CAMERA = re.compile(
    rf"(?:📸|📷|👻|📲|🎵|🐦|🦋)\s?[:=]?\s?(?:(?:same|as|always|me|on|there|is|im|here|still|my|its|find|add"
    rf"|at) ){{0,4}}{_NAME}"
)
_PAGE = re.compile(
    r"(?<![a-z])(?:fb|facebook|nextdoor|linkedin|yelp)(?: page| name| profile| business| me)?(?: is|:|'s)\s"
    r"|\b(?:search|look on|look up on|check|find us on|find me on) (?:fb|facebook|nextdoor|linkedin|yelp)"
    r" for\s"
)
_CAPITALS = re.compile(r"[A-Z][\w'.]{1,20}(?: (?:[A-Z][\w'.]{0,20}|and|of|the|&)){1,4}")
_UNDERSCORE = re.compile(
    rf"\b([a-z0-9]{{2,20}} (?:underscore|dot|dash|period) [a-z0-9]{{2,20}}(?: (?:underscore|dot|dash)"
    rf" [a-z0-9]{{1,20}})?) on {PLATFORM}\b"
    rf"|(?<![a-z]){PLATFORM}(?: is|:|'s) ([a-z0-9]{{2,20}} (?:underscore|dot|dash|period) [a-z0-9]{{2,20}})\b"
)

# Platform names that hardly mean anything else.
_BRANDS = PLATFORM_WORDS & words(
    "instagram insta ig fb facebook whatsapp wassap snapchat tiktok telegram tg discord wechat weixin"
    " viber kik linkedin nextdoor twitter youtube reddit skype bluesky bsky 1nsta 1g username handle"
)

# What follows an "@" without being anybody's handle.
_PLACES = words(
    "home work vet noon park door gate the lunch night school gym office store beach airport front back"
    " desk house midnight daycare starbucks target walmart petco petsmart costco everyone here all"
    " channel gmail yahoo least"
)


def handles(text: str, original: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in a lower-case view; `words` are its words, by which whole families are skipped."""
    named = not words.isdisjoint(PLATFORM_WORDS) or "my @" in text
    if "@" in text:
        yield from _at_handles(text, original, named, words)
    if "#" in text:
        for match in _HASHED.finditer(text):
            if not is_ordinary(match[1].split("#")[0]):
                yield _named(match, 1, 0.75, "social.hash")
    if not text.isascii():
        for match in _CAMERA.finditer(text):
            if _is_name(match[1].strip("@ "), strict=True):
                yield _named(match, 1, 0.7, "social.icon")
    if named:
        yield from _platform_names(text, original)


def _platform_names(text: str, original: str) -> Iterator[Candidate]:
    for match in _SAME.finditer(text):
        if "same" in match[0] and not match[0].startswith("x "):
            yield _named(match, 0, 0.75, "social.same")
    for match in _ON_AS.finditer(text):
        yield _named(match, 1, 0.8, "social.on_as")
    for match in _UNDERSCORE.finditer(text):
        yield _named(match, 1 if match[1] else 2, 0.75, "social.spoken")
    for match in _PAGE.finditer(text):
        if proper := _CAPITALS.match(original, match.end()):
            yield Candidate("social", *proper.span(), 0.7, ("a name on another platform",), "social.page")
    for pattern, score, rule in _PATTERNS:
        for match in pattern.finditer(text):
            group = next((g for g in range(1, (match.lastindex or 0) + 1) if match[g]), 0)
            if group and _is_name(match[group].strip("@ "), strict=rule in _STRICT):
                yield _named(match, group, score, rule)


_PATTERNS = (
    (_LABELLED, 0.85, "social.labelled"),
    (_SAID_IS, 0.75, "social.said"),
    (_GO_BY, 0.8, "social.go_by"),
    (_IM_ON, 0.7, "social.im_on"),
    (_ADD_ME, 0.7, "social.add_me"),
    (_ON_PLATFORM, 0.65, "social.on_platform"),
    (_DIRECT, 0.65, "social.direct"),
)
# Rules whose words are so ordinary that only an unmistakable handle counts.
_STRICT = frozenset(("social.im_on", "social.add_me", "social.on_platform", "social.direct"))


def _is_name(word: str, *, strict: bool) -> bool:
    if not is_handle_like(word) or word.replace(".", "").isdigit():
        return False
    if word[:3].isdigit() and word[3:4] in "-.":
        return False
    return not strict or any(c in "._#" or c.isdigit() for c in word) or len(word) > 8


def _named(match: re.Match[str], group: int, score: float, rule: str) -> Candidate:
    reason = "a name on another platform"
    return Candidate("social", *match.span(group), score, (reason,), rule, match[group].strip("@ "))


def _at_handles(text: str, original: str, named: bool, words: frozenset[str]) -> Iterator[Candidate]:
    paying = not words.isdisjoint(PAYMENT_BRANDS) or {"cash", "app"} <= words
    named = not words.isdisjoint(_BRANDS)
    for match in _AT_HANDLE.finditer(text):
        name = match[1].rstrip(".-")
        score = _at_score(name, match, original, named or paying)
        if score:
            kind: Kind = "payment" if paying else "social"
            reason = "a payment name" if paying else "a name on another platform"
            end = match.start(1) + len(name)
            yield Candidate(kind, match.start(), end, score, (reason,), "social.at", name)


def _at_score(name: str, match: re.Match[str], original: str, named: bool) -> float:
    """A mention of a person or a place scores 0; a chosen name counts even alone."""
    if name[:1].isdigit() and sum(map(str.isalpha, name)) < 3:
        return 0.0
    if name in _PLACES or (is_ordinary(name) and not named) or len(name) < 3:
        return 0.0
    if name in NAMES or (name.isalpha() and original[match.start(1)].isupper() and len(name) < 9):
        return 0.6 if named else 0.0
    if match[0][1] == " " and not named:
        return (
            0.6
            if "_" in name or (any(c.isdigit() for c in name) and name.isalnum() and len(name) > 5)
            else 0.0
        )
    if is_ordinary(name):
        return 0.0
    return 0.85 if named else 0.7
