"""Ways to be paid around the business: payment names, $cashtags, bank details, coin addresses."""

import re
from collections.abc import Iterator

from policy.detector.common import is_handle_like
from policy.detector.model import Candidate
from policy.detector.wordlist import words

PAYMENT_WORDS = words(
    "venmo venmos zelle paypal pay cashapp cash app chime revolut wise xoom upi gpay interac etransfer"
    " transfer bizum pix payoneer stripe kofi patreon ven v3nmo venm0 z3lle cashtag tag paytm phonepe"
    " gcash mpesa beem monzo"
)
# Those that hardly mean anything else.
PAYMENT_BRANDS = words("venmo zelle paypal cashapp cashtag chime revolut v3nmo venm0 z3lle bizum gcash paytm")
MONEY_WORDS = PAYMENT_WORDS | words(
    "bank account acct routing iban swift clabe sort bitcoin btc eth ethereum usdt crypto wallet bsb"
    " aba doge ltc"
)

APP = (
    r"(?:venmo|ven mo|v3nmo|venm0|zelle|z3lle|paypal|pay pal|pp|cash\s?app|cash tag|cashtag|chime|revolut|"
    r"wise|xoom|upi|gpay|google pay"
    r"|apple pay|e-?transfer|interac|bizum|pix|payoneer|stripe|ko-?fi|patreon|paytm|phonepe|gcash|beem|monzo)"
)
_NAME = r"(@?[a-z0-9](?:[a-z0-9_\-]|\.(?=[a-z0-9])){2,38})(?![a-z0-9@])"

_LABELLED = re.compile(
    rf"(?<![a-z]){APP}(?: (?:is|name|handle|id|user|username|me|acct|account|sign))"
    rf"*\s?[:=>👉→-]{{1,2}}\s?{_NAME}"
)
_SAID = re.compile(
    rf"\b(?:my|our|his|her|mi) {APP}(?: (?:is|name|handle|id|user|username|user name|acct|account|tag))*"
    rf"(?:'s)?\s{_NAME}"
    rf"|(?<![a-z]){APP}(?: me| us)?(?: friends and family| f&f)?(?:,? (?:it's|its|im|i'm|i am|at|is|to|"
    rf"under|name|username|handle|id))+\s{_NAME}"
    rf"|(?<![a-z])(?:venmo|zelle|paypal|cash\s?app|cashtag|ven mo) (?:me )?{_NAME}"
)
_ON = re.compile(
    rf"(?<![a-z0-9._-])(?:to |me at |i'm |im |as |is )?{_NAME} (?:on|via|through|by|with|in) (?:my )?{APP}"
    rf"(?![a-z]|\.[a-z])"
)
# "Venmo's name", "venmo is jo hyphen barkwell", "venmo @ tom oakhollow".
_IS = re.compile(rf"(?<![a-z]){APP}(?:'s| is| it'?s| goes to|:)(?: just| under| me at)* {_NAME}")
_CASHTAG = re.compile(r"(?<![a-z0-9$])\$ ?([a-z](?:[a-z0-9_-]){2,20})(?![a-z0-9$])")
_UPI = re.compile(
    r"(?<![a-z0-9.])([a-z0-9._-]{3,40}@(?:ok(?:axis|sbi|icici|hdfcbank)|ybl|paytm|upi|ibl|axl|apl|sbi))"
    r"(?![a-z0-9.])"
)

_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,4})?(?![a-z0-9])")
_COIN = re.compile(
    r"(?<![a-z0-9])(?:bc1[a-z0-9]{25,62}|0x[a-f0-9]{40}|[13][a-z0-9]{25,34}|t[a-z0-9]{33})(?![a-z0-9])"
)
_BANK = re.compile(
    r"\b(?:(?:bank )?(?:account|acct|acc|a/c)|routing|aba|clabe|bsb|sort code|iban|swift|cuenta|transit)"
    r"(?: (?:number|num|no|nr|is|code|bancaria|es)\b)*[\s.:#]{0,3}((?:\d[ -]?){5,19}\d)(?!\d)"
)
_BANKING = re.compile(
    r"\b(?:bank|routing|aba|clabe|bsb|sort code|iban|swift|wire|deposit|transfer|checking|savings|chase|"
    r"wells fargo|cuenta)\b"
)
_BRANDS = re.compile(
    r"\b(?:btc|bitcoin|eth|ethereum|usdt|crypto|wallet|coin|coins|tron|doge)\b|(?<![a-z0-9])(?:bc1|0x)"
)


def payments(text: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in a lower-case view; `words` are its words."""
    if "$" in text:
        for match in _CASHTAG.finditer(text):
            if is_handle_like(match[1]) or "cash" in text:
                yield _made(match.span(), 0.8, "a cashtag", "payment.cashtag")
    if "@" in text:
        for match in _UPI.finditer(text):
            yield _made(match.span(1), 0.8, "a payment address", "payment.upi")
    yield from _coins(text)
    if not words.isdisjoint(MONEY_WORDS):
        yield from _bank(text)
        yield from _names(text)


def _made(span: tuple[int, int], score: float, reason: str, rule: str) -> Candidate:
    return Candidate("payment", *span, score, (reason,), rule)


def _names(text: str) -> Iterator[Candidate]:
    for pattern, score, rule in (
        (_LABELLED, 0.85, "labelled"),
        (_SAID, 0.75, "said"),
        (_ON, 0.75, "on_app"),
        (_IS, 0.7, "said"),
    ):
        for match in pattern.finditer(text):
            group = next((g for g in range(1, (match.lastindex or 0) + 1) if match[g]), 0)
            name = match[group].strip("@")
            if is_handle_like(name) and not name.replace("-", "").replace(".", "").isdigit():
                sure = (
                    rule != "said"
                    or group == 1
                    or any(not c.isalpha() for c in name)
                    or len(name) > 7
                    or "@" in match[group]
                )
                yield _made(match.span(group), score if sure else 0.4, "a payment name", f"payment.{rule}")


def _bank(text: str) -> Iterator[Candidate]:
    for match in _BANK.finditer(text):
        if _BANKING.search(text):
            yield _made(match.span(1), 0.8, "bank details", "payment.bank")


def _coins(text: str) -> Iterator[Candidate]:
    for match in _IBAN.finditer(text):
        # The pattern may have taken a word after the number along.
        said = match[0]
        while said and not _is_iban(said.replace(" ", "")):
            said = said.rpartition(" ")[0]
        if said:
            yield _made((match.start(), match.start() + len(said)), 0.95, "an IBAN", "payment.iban")
    for match in _COIN.finditer(text):
        figures = sum(map(str.isdigit, match[0]))
        if 3 <= figures < len(match[0]) - 3 and _BRANDS.search(text):
            yield _made(match.span(), 0.9, "a coin address", "payment.coin")


def _is_iban(compact: str) -> bool:
    """The checksum of ISO 13616."""
    if not 15 <= len(compact) <= 34:
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
