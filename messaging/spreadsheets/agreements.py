"""What a row says about consent to texts: to what, when, how, in which words; or what is wrong with it. Pure but for the words of choices.

Nothing is guessed: "yes" is consent to texts about their visits, never to offers; "no" and an empty cell are none, and no opt-out either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from messaging.models.consent import ConsentChannel, Purpose

LONGEST_WORDS, LONGEST_PROOF = 1000, 400
_YES = {
    Purpose.SERVICE: frozenset(
        {"yes", "y", "true", "1", "x", "agreed", "opted in", "opt-in", "opted-in", "subscribed", "visits", "service",
         "about their visits"}
    ),
    Purpose.PROMOTIONAL: frozenset(
        {"offers", "offers and news", "marketing", "promotional", "promotions", "news", "yes to offers", "both", "all"}
    ),
}  # fmt: skip
_NO = frozenset(
    {
        "",
        "no",
        "n",
        "false",
        "0",
        "none",
        "-",
        "unknown",
        "not asked",
        "unsubscribed",
        "opted out",
        "opted-out",
        "opt-out",
    }
)
_HOW = {
    ConsentChannel.VERBAL: frozenset(
        {"in person", "on the phone", "by phone", "phone", "verbal", "verbally", "call"}
    ),
    ConsentChannel.PAPER: frozenset({"paper", "on paper", "signed", "contract", "paper form"}),
    ConsentChannel.WEB_FORM: frozenset(
        {"web", "web form", "website", "online", "form", "online form", "by a web form"}
    ),
    ConsentChannel.TEXT: frozenset({"text", "sms", "by text", "by sms"}),
    ConsentChannel.IMPORT: frozenset({"", "import", "from an import"}),
}
_DAYS = ("%m/%d/%Y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


class NotSaid(ValueError):  # noqa: N818
    """What a cell says about consent can't be used. `cell` is that cell, the words say why and what to do."""

    def __init__(self, why: str, cell: str) -> None:
        super().__init__(why)
        self.why, self.cell = why, cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Consent as a row says it. `at` is aware; `written` is the cell that says when."""

    purpose: Purpose
    channel: ConsentChannel
    at: datetime
    written: str
    wording: str
    proof: str = ""


def read(
    said: str, *, on: str, words: str, how: str, where: str, heading: str, zone: tzinfo
) -> Agreement | None:
    """The consent of a row, None when it says of none. A day without a time is its beginning in `zone`. Raises NotSaid.

    Without `words`, what the file says is kept word for word: its heading and the cell.
    """
    plain = " ".join(said.split()).casefold()
    if plain in _NO:
        return None
    purpose = next((one for one, known in _YES.items() if plain in known), None)
    if purpose is None:
        raise NotSaid("This doesn't say what they agreed to. Write yes, offers, or no.", said)
    if not on:
        raise NotSaid("Say on what day they agreed, or leave consent empty.", said)
    at = _moment(on, zone)
    if at is None:
        raise NotSaid("This is no day. Write the day they agreed as 1/5/2026 or Jan 5, 2026.", on)
    channel = next((one for one, known in _HOW.items() if " ".join(how.split()).casefold() in known), None)
    if channel is None:
        raise NotSaid(
            "Write how they agreed as web form, paper, text, phone or in person, or leave it empty.", how
        )
    for cell, most in ((words, LONGEST_WORDS), (where, LONGEST_PROOF)):
        if len(cell) > most:
            raise NotSaid(f"What is said about consent can have up to {most:,} characters. Shorten it.", cell)
    kept = words or (f"{heading}: {said}" if heading else said)
    return Agreement(
        purpose=purpose, channel=channel, at=at, written=on, wording=kept[:LONGEST_WORDS], proof=where
    )


def _moment(said: str, zone: tzinfo) -> datetime | None:
    plain = " ".join(said.split())
    for form in (f"{day}{clock}" for day in _DAYS for clock in _CLOCKS):
        try:
            return datetime.strptime(plain, form).replace(tzinfo=zone)
        except ValueError:
            continue
    try:
        if len(plain) == len("2026-01-05"):
            return datetime.combine(date.fromisoformat(plain), time(), tzinfo=zone)
        found = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
