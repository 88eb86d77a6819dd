"""A text to a caller whom no one took, where the owner wrote one for the number."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.record import current
from messaging import events, locks
from messaging.errors import MessagingError
from messaging.models import Call
from messaging.models.calls import OPEN_STATES
from messaging.models.threads import Role
from messaging.outbound.queue.submit import Author, Text, may_write, say

# Who calls again and again hears it once.
ONCE_IN = timedelta(hours=12)


def text_back(row: Call, at: datetime) -> bool:
    """Text the caller of `row`, a call that is over, if nobody took it and if the number has a text for that. Whether they are texted.

    The text is *service* and goes out where any automatic text may (`may_write`): not to somebody who opted out, is blocked, or has had
    nothing to do with the business for a year, and not to a machine. Only to clients and strangers, once in `ONCE_IN` whatever number of
    the business they call. The caller holds the phone, inside a recording transaction.
    """
    said, party = row.number.missed_call_text.strip(), row.participant
    if not said or row.texted_at is not None or row.state not in OPEN_STATES or row.ended_at is None:
        return False
    if party.role not in (Role.CLIENT, Role.UNKNOWN) or party.left_at is not None or _was_texted(row, at):
        return False
    thread, author = locks.thread(row.thread_id), Author.system()
    try:
        may_write(thread, party, author, at)
    except MessagingError:
        return False
    said_as = say(thread, party, author, Text(body=said, origin_key=f"call:{row.pk}:missed_call_text"), at)
    row.texted_at = at
    row.save(update_fields=["texted_at"])
    current().record(
        events.call_texted_back(
            organization_id=row.organization_id,
            thread_id=row.thread_id,
            call_id=row.pk,
            message_id=said_as.message.pk,
        )
    )
    return True


def _was_texted(row: Call, at: datetime) -> bool:
    """Whether a call of the same phone brought them a text a short while ago."""
    theirs = Call.objects.of(row.organization_id).filter(participant__e164=row.participant.e164)
    return bool(theirs.filter(texted_at__gt=at - ONCE_IN).exists())
