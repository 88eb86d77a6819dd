"""The outbox: a message becomes a delivery, with everything that decides where it goes frozen."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from audit.record import current
from messaging import events, publish
from messaging.errors import EmptyText, TextTooLong
from messaging.models import Delivery, Message, Participant, SendingLine
from messaging.models.consent import Purpose
from messaging.models.deliveries import Authority, Priority
from messaging.models.threads import Role
from messaging.numbers import pace
from messaging.outbound.queue.segments import measure
from policy.screen import Clearance, cleared_by, cleared_for_sitters
from snoutos.accounts.models import User

LONGEST_TEXT = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """On whose word a delivery leaves, and how urgently."""

    authority: Authority
    window_id: int | None = None
    override_id: int | None = None
    priority: Priority = Priority.PERSON
    obeys_quiet_hours: bool = False
    purpose: str = Purpose.SERVICE


class NotForSittersError(RuntimeError):
    """A text was about to leave to a sitter's phone as it was written: a fault in the program."""


def enqueue(
    message: Message,
    clearance: Clearance,
    *,
    to: Participant,
    permit: Permit,
    at: datetime,
    media_count: int = 0,
    retry_of: Delivery | None = None,
    not_before: datetime | None = None,
) -> Delivery:
    """Queue `message` towards `to`, whose number must be loaded. The sender is that participant's number: no caller can name it.

    It leaves at once, or waits until `not_before` unless it is made ready earlier.
    Records `message.outbound.queued` and rings the line's worker after commit.
    """
    if to.role == Role.SITTER and clearance.body and not clearance.for_sitters:
        raise NotForSittersError
    line = line_of(to)
    delivery: Delivery = Delivery.objects.create(
        organization_id=message.organization_id,
        message=message,
        thread_id=message.thread_id,
        participant=to,
        account_id=to.number.account_id,
        line=line,
        sender=to.number.e164,
        recipient=to.e164,
        body=clearance.body,
        media_count=media_count,
        body_hash=body_hash(clearance.body, media_count),
        segments=max(measure(clearance.body).segments, 1),
        authority=permit.authority,
        window_id=permit.window_id,
        override_id=permit.override_id,
        priority=permit.priority,
        obeys_quiet_hours=permit.obeys_quiet_hours,
        purpose=permit.purpose,
        ready=not_before is None,
        next_attempt_at=not_before or at,
        retry_of=retry_of,
        created_at=at,
    )
    current().record(
        events.message_outbound_queued(
            organization_id=message.organization_id,
            thread_id=message.thread_id,
            message_id=message.pk,
            delivery_id=delivery.pk,
        )
    )
    if not_before is None:
        publish.on_commit_once("messaging.tasks.send_line", line.pk, queue="send")
    return delivery


def decided(body: str, *, by: User, to: Participant, author_kind: str) -> Clearance:
    """The clearance of a text that leaves on a person's word: the text itself; to a sitter, what sitters may read of it."""
    if to.role != Role.SITTER:
        return cleared_by(body, by.pk)
    return cleared_for_sitters(body, thread=to.thread, author_kind=author_kind)


def line_of(to: Participant) -> SendingLine:
    """The line of a participant's number, made on first use."""
    found = SendingLine.objects.filter(number_id=to.number_id).first()
    if found is None:
        SendingLine.objects.bulk_create([pace.new_line(to.number)], ignore_conflicts=True)
        found = SendingLine.objects.get(number_id=to.number_id)
    return found


def check_text(body: str, *, has_media: bool = False) -> str:
    """The body as it can be sent. Raises EmptyText or TextTooLong."""
    text = body.replace("\x00", "").strip()
    if not text and not has_media:
        raise EmptyText
    if len(text) > LONGEST_TEXT:
        raise TextTooLong
    return text


def body_hash(body: str, media: int) -> str:
    """What a text can be recognised by in the provider's list, which gives back the body and the number of media."""
    normal = " ".join(unicodedata.normalize("NFC", body).split())
    return hashlib.sha256(f"{media}\n{normal}".encode()).hexdigest()
