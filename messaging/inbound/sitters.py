"""A sitter's own text: whether they may speak in the thread now, and what they are told when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messaging.errors import MessagingError, NobodyThere, NotInCharge, SendingLocked
from messaging.models import Message, Participant, Sitter, Thread
from messaging.models.numbers import NumberState
from messaging.outbound.queue import notices, permission
from messaging.people import participants
from messaging.providers.webhooks import InboundText
from routing.engine import Decision
from snoutos.accounts.models import Organization


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a sitter may speak to the client now. `refused` is empty when they may, otherwise why not."""

    refused: str
    client_party: Participant | None = None
    decision: Decision | None = None


def standing(thread: Thread, line: Participant, at: datetime) -> Standing:
    """The standing of the sitter behind `line` in `thread`, which the caller holds."""
    try:
        client_party = participants.outside_party(thread)
    except NobodyThere:
        return Standing("nobody_there")
    if line.sitter is None:
        return Standing("not_in_charge")
    try:
        decision = permission.of_sitter(line.sitter, thread, client_party, at)
    except NotInCharge:
        return Standing("not_in_charge")
    except SendingLocked:
        return Standing("locked")
    refused = "" if line.number.state == NumberState.ACTIVE else "line_resting"
    return Standing(refused or _forbidden(thread, client_party), client_party, decision)


def _forbidden(thread: Thread, client_party: Participant) -> str:
    """What forbids texting the client at all, also for somebody on duty; empty when nothing does."""
    try:
        permission.require(thread, client_party)
    except MessagingError as error:
        return error.code
    return ""


def tell_refused(line: Participant, standing: Standing, message: Message, at: datetime) -> None:
    """Tell the sitter why their text went to the office. That a visit ended, or the client cannot be texted, is said once."""
    if standing.refused == "line_resting" or line.sitter is None:
        return
    if standing.refused == "locked":
        notices.tell(
            line.sitter, notices.LOCKED, about=line.thread, key=f"message:{message.pk}:locked", at=at
        )
        return
    if line.told_ended_at is not None:
        return
    Participant.objects.filter(pk=line.pk).update(told_ended_at=at)
    ended = standing.refused == "not_in_charge"
    sentence = notices.WINDOW_ENDED if ended else notices.CLIENT_NOT_TEXTED
    key = f"participant:{line.pk}:{standing.refused}:{message.pk}"
    notices.tell(line.sitter, sentence, about=line.thread, key=key, at=at)


def in_charge_again(line: Participant) -> None:
    """The sitter speaks to the client: the end of this visit will be news once more."""
    if line.told_ended_at is not None:
        Participant.objects.filter(pk=line.pk).update(told_ended_at=None)


def tell_held(line: Participant, message: Message, at: datetime) -> None:
    """Tell the sitter that their text is being looked at, and why they cannot send more when it was one too many."""
    locked = Sitter.objects.filter(sending_locked_at__isnull=False)
    if line.sitter is None:
        return
    sentence = notices.HELD_AND_LOCKED if locked.filter(pk=line.sitter.pk).exists() else notices.HELD
    notices.tell(line.sitter, sentence, about=line.thread, key=f"message:{message.pk}:held", at=at)


def holds_media(text: InboundText, organization: Organization) -> bool:
    """Contact cards and other files are always held; photos when the owner chose so."""
    if any(not content_type.startswith(("image/", "video/")) for _, content_type in text.media):
        return True
    return bool(text.media) and organization.hold_sitter_photos
