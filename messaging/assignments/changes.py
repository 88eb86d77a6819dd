"""What every change of who is in charge does besides: sitters' queued texts are canceled, and the sitter is told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from messaging import canceling
from messaging.errors import NobodyThere
from messaging.models import Sitter, Thread
from messaging.outbound.queue import notices
from messaging.people import participants
from messaging.timeline import notify_pages
from routing import decisions


def take_from(thread: Thread, sitter_id: int, at: datetime, *, authorised_by: Q) -> None:
    """What `authorised_by` names (a window, an override) no longer lets `sitter_id` speak in `thread`, which the caller holds.

    Unless they are on duty all the same, and the owner did not take the conversation, what they queued on its word is canceled, and
    they are told by text where possible. Clients' texts that had not reached them yet go to the owner instead.
    """
    if not _keeps_it(thread, sitter_id, at):
        canceled = canceling.cancel_of_sitter(thread.pk, sitter_id, authorised_by=authorised_by, at=at)
        if canceled:
            key = f"delivery:{canceled[-1].pk}:window_changed"
            sitter = Sitter.objects.get(pk=sitter_id)
            notices.tell(sitter, notices.WINDOW_CHANGED, about=thread, key=key, at=at)
        canceling.cancel_relays(thread.pk, sitter_id, at=at)
    notify_pages(thread)


def _keeps_it(thread: Thread, sitter_id: int, at: datetime) -> bool:
    try:
        party = participants.outside_party(thread)
    except NobodyThere:
        return False
    on_duty = decisions.on_duty(thread, party, at).sitter_id == sitter_id
    return on_duty and decisions.decide(thread, party, at).reason != "override_to_owner"
