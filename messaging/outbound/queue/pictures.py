"""Pictures follow their text: the words leave at once, and the pictures by a delivery of their own when every copy is here.

That delivery is queued with the words, so whatever takes the words back (STOP, a changed window, a closed conversation) takes the
pictures back too. It is made ready when the last copy is fetched, or canceled with the reason when there is nothing to send.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from audit.record import Actor, recording
from messaging import canceling, locks, publish, timeline
from messaging.media import fetching
from messaging.models import Delivery, Message, MessageMedia, Participant
from messaging.models.deliveries import Authority, DeliveryState
from messaging.models.files import MediaState
from messaging.models.reasons import CancelReason
from messaging.outbound.queue import outbox
from messaging.outbound.queue.outbox import Permit
from messaging.timing import scaled
from policy.screen import Clearance

# Longer than all tries to fetch a copy together: fetching ends the wait, not this.
WAIT = scaled(hours=3)
MISSING, NEEDS_LOOK = CancelReason.PICTURE_MISSING.value, CancelReason.FILE_NEEDS_LOOK.value
SHOWN_TYPES = ("image/", "video/")


def enqueue(
    message: Message,
    clearance: Clearance,
    *,
    to: Participant,
    permit: Permit,
    at: datetime,
    kept: int = 0,
    awaited: int = 0,
) -> Delivery:
    """Queue a text with its pictures: in one piece when all of them are here, else the words now and the pictures when they are.

    Returns the delivery of the words, or of the pictures when there are no words.
    """
    if not awaited:
        return outbox.enqueue(message, clearance, to=to, permit=permit, at=at, media_count=kept)
    words = (
        outbox.enqueue(message, clearance, to=to, permit=permit, at=at) if clearance.body.strip() else None
    )
    alone = outbox.enqueue(
        message,
        clearance.without_words(),
        to=to,
        permit=permit,
        at=at,
        media_count=kept + awaited,
        not_before=at + WAIT,
    )
    return words or alone


def fetch_due() -> int:
    """Fetch the copies whose time has come, and let the texts leave that waited for them. Returns how many were kept."""
    return fetching.fetch_due(settle)


def fetch_of(message_id: int) -> int:
    """As `fetch_due`, of a message that has just come in."""
    return fetching.fetch_of(message_id, settle)


def settle(message_id: int, at: datetime) -> None:
    """When the last copy of a message was fetched or given up: let its waiting pictures leave, or say why they do not."""
    if not _waiting(message_id).exists():
        return
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        message = Message.objects.select_related("thread").get(pk=message_id)
        thread = locks.thread(message.thread_id)
        media = list(message.media.all())
        if any(one.state == MediaState.LISTED for one in media):
            return
        kept = [one for one in media if one.state == MediaState.KEPT]
        ids = list(_waiting(message_id).values_list("pk", flat=True))
        for delivery in locks.deliveries(ids):
            if delivery.state == DeliveryState.QUEUED and not delivery.ready:
                _settle(delivery, kept, at)
        timeline.notify_pages(thread)


def _waiting(message_id: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        message_id=message_id, state=DeliveryState.QUEUED, ready=False, body="", media_count__gt=0
    )


def _settle(delivery: Delivery, kept: list[MessageMedia], at: datetime) -> None:
    if delivery.authority == Authority.WINDOW and not all(_is_shown(one) for one in kept):
        # The file isn't a picture: a contact card or another file. A sitter's are always held.
        _stop(delivery, NEEDS_LOOK, at)
    elif not kept:
        _stop(delivery, MISSING, at)
    elif len(kept) < delivery.media_count:
        _stop(delivery, MISSING, at)
        _send_the_rest(delivery, len(kept), at)
    else:
        delivery.ready, delivery.next_attempt_at = True, at
        delivery.save(update_fields=["ready", "next_attempt_at"])
        publish.on_commit_once("messaging.tasks.send_line", delivery.line_id, queue="send")


def _is_shown(media: MessageMedia) -> bool:
    return media.content_type.startswith(SHOWN_TYPES)


def _stop(delivery: Delivery, reason: str, at: datetime) -> None:
    """Not sent, with the reason; the owner is to look, since nobody else can do anything about it."""
    canceling.cancel(delivery, reason, at)
    timeline.mark_unread(delivery.thread, delivery.message.position)


def _send_the_rest(delivery: Delivery, count: int, at: datetime) -> None:
    """The pictures that are here, in place of a delivery that counted more: what was queued is frozen."""
    permit = Permit(
        authority=Authority(delivery.authority),
        window_id=delivery.window_id,
        override_id=delivery.override_id,
        obeys_quiet_hours=delivery.obeys_quiet_hours,
        purpose=delivery.purpose,
    )
    outbox.enqueue(
        delivery.message,
        Clearance("", "screening"),
        to=delivery.participant,
        permit=permit,
        at=at,
        media_count=count,
        retry_of=delivery,
    )
