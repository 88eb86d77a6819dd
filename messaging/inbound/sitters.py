"""A sitter's own text: whether they may speak in the thread now, and what they are told when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messaging.consent.standing import is_opted_out
from messaging.errors import NobodyThere
from messaging.models import Message, Participant, Sitter, Thread
from messaging.models.numbers import NumberState
from messaging.outbound import notices
from messaging.people import parties
from messaging.providers.webhooks import InboundText
from routing import decisions
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
        client_party = parties.outside_party(thread)
    except NobodyThere:
        return Standing("nobody_there")
    decision = decisions.decide(thread, client_party, at)
    if decision.target != "sitter" or decision.sitter_id != line.sitter_id:
        return Standing("not_in_charge", client_party, decision)
    if line.sitter is None or line.sitter.sending_locked_at is not None:
        return Standing("locked", client_party, decision)
    if line.number.state != NumberState.ACTIVE:
        return Standing("line_resting", client_party, decision)
    if is_opted_out(thread.organization_id, client_party.e164):
        return Standing("opted_out", client_party, decision)
    return Standing("", client_party, decision)


def tell_refused(line: Participant, standing: Standing, message: Message, at: datetime) -> None:
    """Tell the sitter why their text went to the office. That a visit ended, or the client cannot be texted, is said once."""
    if standing.refused == "line_resting":
        return
    if standing.refused == "locked":
        notices.tell(line, notices.LOCKED, key=f"message:{message.pk}:locked", at=at)
        return
    if line.told_ended_at is not None:
        return
    Participant.objects.filter(pk=line.pk).update(told_ended_at=at)
    ended = standing.refused == "not_in_charge"
    sentence = notices.WINDOW_ENDED if ended else notices.CLIENT_NOT_TEXTED
    notices.tell(line, sentence, key=f"participant:{line.pk}:{standing.refused}:{message.pk}", at=at)


def in_charge_again(line: Participant) -> None:
    """The sitter speaks to the client: the end of this visit will be news once more."""
    if line.told_ended_at is not None:
        Participant.objects.filter(pk=line.pk).update(told_ended_at=None)


def tell_held(line: Participant, message: Message, at: datetime) -> None:
    """Tell the sitter that their text is being looked at, and why they cannot send more when it was one too many."""
    locked = Sitter.objects.filter(sending_locked_at__isnull=False)
    is_locked = line.sitter_id is not None and locked.filter(pk=line.sitter_id).exists()
    sentence = notices.HELD_AND_LOCKED if is_locked else notices.HELD
    notices.tell(line, sentence, key=f"message:{message.pk}:held", at=at)


def holds_media(text: InboundText, organization: Organization) -> bool:
    """Contact cards and other files are always held; photos when the owner chose so."""
    if any(not content_type.startswith(("image/", "video/")) for _, content_type in text.media):
        return True
    return bool(text.media) and organization.hold_sitter_photos
