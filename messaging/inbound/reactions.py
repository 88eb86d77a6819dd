"""Reading a reaction that a phone sent as a text, because the other end cannot show one: "Liked “…”", "Reacted 👍 to “…”", "👍 to “…”".

Pure: words in, what they say out. Whether they quote anything we know is `reacting`'s to find. The forms are those of Apple's Messages in
English and Spanish, of Google's and Samsung's, with the quotes, the invisible characters and the cut ends that carriers leave of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LIKE, _LOVE, _DISLIKE, _LAUGH, _EMPHASIS, _QUESTION = "👍", "❤️", "👎", "😂", "‼️", "❓"
_SAID = {
    "liked": _LIKE, "loved": _LOVE, "disliked": _DISLIKE, "laughed at": _LAUGH, "emphasized": _EMPHASIS, "emphasised": _EMPHASIS,
    "questioned": _QUESTION,
    "le gustó": _LIKE, "le gusto": _LIKE, "le ha gustado": _LIKE, "le encantó": _LOVE, "le encanto": _LOVE, "le ha encantado": _LOVE,
    "no le gustó": _DISLIKE, "no le gusto": _DISLIKE, "no le ha gustado": _DISLIKE, "se rió de": _LAUGH, "se rio de": _LAUGH,
    "se rió con": _LAUGH, "se rio con": _LAUGH, "se ha reído de": _LAUGH, "enfatizó": _EMPHASIS, "enfatizo": _EMPHASIS,
    "destacó": _EMPHASIS, "ha enfatizado": _EMPHASIS, "exclamó por": _EMPHASIS, "cuestionó": _QUESTION, "cuestiono": _QUESTION,
    "ha cuestionado": _QUESTION, "preguntó por": _QUESTION,
}  # fmt: skip
# An emoji: nothing that is a letter, a blank or a quote, and something beyond plain punctuation.
_EMOJI = r"(?P<emoji>(?=[^\w]*[^\x00-\u203b\w])(?:[^\w\s\"“”„«»]|[0-9#*]\ufe0f?\u20e3){1,16})"
_NAME = r"(?:(?:a )?(?:like|heart|dislike|laugh|exclamation|question mark|(?:un|una)? ?[«“\"]?me gusta[»”\"]?|me gusta)|.{1,24}?)"
_HEADS = (
    (re.compile(r"(?P<said>" + "|".join(map(re.escape, sorted(_SAID, key=len, reverse=True))) + r")", re.I), False),
    (re.compile(rf"reacted (?:with )?{_EMOJI} to(?: your message)?", re.I), False),
    (re.compile(rf"reaccionó (?:con )?{_EMOJI} a", re.I), False),
    (re.compile(rf"{_EMOJI} (?:to|a)", re.I), False),
    (re.compile(rf"(?:removed|took back) (?:an? |their )?{_NAME}(?: reaction)? from", re.I), True),
    (re.compile(rf"(?:eliminó|quitó|ha eliminado|ha quitado) (?:un |una |su )?{_NAME} (?:de|a)", re.I), True),
    (re.compile(rf"{_EMOJI} removed from", re.I), True),
)  # fmt: skip
_PICTURE = re.compile(
    r"(?:an? |your |the )?(?:image|photo|picture|movie|video|attachment|audio message|sticker|gif)"
    r"|(?:una |la )?(?:imagen|foto|fotografía)|(?:un |el )?(?:v[ií]deo|archivo(?: adjunto)?|adjunto|mensaje de audio)",
    re.I,
)
_OPEN, _CLOSE = '“"„«‟', '”"»“‟'
_CUT = re.compile(r"(?:…|\.\.\.)$")
_LONGEST_HEAD = 60


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction as a phone tells it. `quoted` is what it is to, without a cut end (`is_cut`); None for a picture."""

    emoji: str
    is_removal: bool
    quoted: str | None
    is_cut: bool = False


def read(body: str) -> Reaction | None:
    """The reaction that `body` is, if it has the form of one."""
    text = plain(body)
    if not text or text[-1] in ".!":
        text = text[:-1] if text[-2:-1] and text[-2] in _CLOSE else text
    starts = [place for place in map(text.find, _OPEN) if 0 < place <= _LONGEST_HEAD]
    # "Removed a “me gusta” from “…”": the sign may be quoted itself.
    for start in sorted({*starts, *(_second(text, start) for start in starts)} - {-1}):
        head = _head(text[:start].strip())
        if head is not None:
            quoted, is_cut = _quoted(text[start + 1 :])
            return Reaction(*head, quoted, is_cut) if quoted or is_cut else None
    return _to_a_picture(text)


def is_quoted(reaction: Reaction, body: str) -> bool:
    """Whether `body`, as it was sent, is what the reaction quotes: whole, or its beginning where the quote was cut."""
    if reaction.quoted is None:
        return False
    known, quoted = folded(body), folded(reaction.quoted)
    if known == quoted:
        return True
    return reaction.is_cut and len(quoted) >= 3 and known.startswith(quoted)


def plain(text: str) -> str:
    """Without the invisible characters and odd blanks that phones put around what they quote."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf" or char == "\u200d")
    return " ".join(seen.split())


def folded(text: str) -> str:
    """`text` for comparing: quotes, dashes and width are what carriers change on the way."""
    same = unicodedata.normalize("NFKC", plain(text)).casefold()
    return same.translate(_ALIKE).strip()


_ALIKE = str.maketrans(
    {**dict.fromkeys("“”„«»‟", '"'), **dict.fromkeys("‘’`´", "'"), **dict.fromkeys("–—‐‑", "-")}
)


def _second(text: str, start: int) -> int:
    places = [
        place for place in (text.find(sign, start + 1) for sign in _OPEN) if start < place <= _LONGEST_HEAD
    ]
    return min(places, default=-1)


def _head(head: str) -> tuple[str, bool] | None:
    for form, is_removal in _HEADS:
        match = form.fullmatch(head)
        if match is not None:
            found = match.groupdict()
            said = found.get("said")
            return ("" if is_removal else _SAID[said.lower()] if said else found["emoji"].strip()), is_removal
    return None


def _quoted(rest: str) -> tuple[str, bool]:
    """What stands in the quotes, and whether its end was cut off."""
    is_closed = rest[-1:] in tuple(_CLOSE)
    inner = (rest[:-1] if is_closed else rest).strip()
    cut = _CUT.search(inner)
    return (inner[: cut.start()].strip() if cut else inner), cut is not None or not is_closed


def _to_a_picture(text: str) -> Reaction | None:
    match = re.search(rf"(?:{_PICTURE.pattern})$", text, re.I)
    head = _head(text[: match.start()].strip()) if match is not None else None
    return Reaction(*head, None) if head is not None else None
