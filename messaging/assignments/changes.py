"""What every change of who is in charge does besides: sitters' queued texts are canceled, and the sitter is told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from messaging.errors import NobodyThere
from messaging.models import Thread
from messaging.outbound import canceling, notices
from messaging.people import parties
from messaging.posting import hint, tell_owner
from routing import decisions


def take_from(thread: Thread, sitter_id: int, at: datetime, *, authorised_by: Q) -> None:
    """What `authorised_by` names (a window, an override) no longer lets `sitter_id` speak in `thread`, which the caller holds.

    Unless something else still does, what they queued on its word is canceled, and they are told by text where possible. Clients'
    texts that had not reached them yet go to the owner instead.
    """
    if not _speaks_still(thread, sitter_id, at):
        canceled = canceling.cancel_of_sitter(thread.pk, sitter_id, authorised_by=authorised_by, at=at)
        line = notices.phone_of_sitter(thread, sitter_id)
        if canceled and line is not None:
            notices.tell(
                line, notices.WINDOW_CHANGED, key=f"delivery:{canceled[-1].pk}:window_changed", at=at
            )
        _bring_back(thread, sitter_id, at)
    hint(thread)


def _bring_back(thread: Thread, sitter_id: int, at: datetime) -> None:
    """What was still to be passed on to the sitter is the owner's to read now."""
    relays = canceling.cancel_relays(thread.pk, sitter_id, at=at)
    if relays:
        tell_owner(thread, max(relay.message.position for relay in relays))


def _speaks_still(thread: Thread, sitter_id: int, at: datetime) -> bool:
    try:
        decision = decisions.decide(thread, parties.outside_party(thread), at)
    except NobodyThere:
        return False
    return decision.target == "sitter" and decision.sitter_id == sitter_id
