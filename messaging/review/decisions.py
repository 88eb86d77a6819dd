"""Deciding about a held text. One decision each: who comes second is told, and nothing is sent twice.

An owner's approval is its own authority: it outlives the window, never an opt-out, a resting number or a closed thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from audit import alert_lifecycle
from audit.record import Actor, current, recording
from audit.types import Event
from messaging import alerts, events, locks, timeline
from messaging.errors import AlreadyReviewed, PictureNeverCame, ReasonNeeded
from messaging.models import Message, Thread
from messaging.models.deliveries import Authority
from messaging.models.files import MediaState
from messaging.models.messages import AuthorKind, MessageState
from messaging.outbound.queue import notices, outbox, permission, pictures
from messaging.outbound.queue.outbox import Permit
from messaging.people import participants
from messaging.review import queue, waiting
from policy.models import Resolution
from policy.reader import RULES, Reader
from policy.record import resolve
from policy.screen import Context, screen
from snoutos.accounts.models import Organization, User


def approve(message: Message, *, by: User, at: datetime) -> Message:
    """Send a held text as it was written. Raises AlreadyReviewed, or what forbids sending to that phone."""
    with _deciding(message, by, at) as (thread, held):
        _send(thread, held, held.body, by, at)
        _finish(held, MessageState.ACCEPTED, Resolution.APPROVED, events.review_approved, by, at)
        return held


def edit_and_send(message: Message, *, by: User, body: str, at: datetime) -> Message:
    """Send a held text in the owner's words; what the sitter wrote is kept as `original_body`.

    The new words are screened again: a finding is recorded as a warning, the owner having decided.
    """
    text = outbox.check_text(body, has_media=message.media.exists())
    with _deciding(message, by, at) as (thread, held):
        held.original_body, held.body = held.body, text
        _warn(thread, held, at)
        _send(thread, held, text, by, at)
        _finish(held, MessageState.ACCEPTED, Resolution.EDITED, events.review_edited, by, at)
        return held


def reject(message: Message, *, by: User, note: str, at: datetime) -> Message:
    """Do not send it. `note` says why: it is shown with the text and told to the sitter. Raises ReasonNeeded without one."""
    if not note.strip():
        raise ReasonNeeded
    with _deciding(message, by, at) as (thread, held):
        held.review_note = note.strip()[:300]
        ids = resolve(held, Resolution.REJECTED, by=by, at=at)
        _write(held, MessageState.REJECTED, by, at)
        current().record(events.review_rejected(**_of(held), violation_ids=ids, reason="rejected"))
        _settle_queue_alert(held, at)
        _tell_sitter(thread, held, at)
        timeline.notify_pages(thread)
        return held


def dismiss(message: Message, *, by: User, at: datetime) -> Message:
    """A false alarm. A held text is sent as written; one that only was flagged keeps its state. Kept as feedback for the detector."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(message.thread_id)
        held = locks.message(message.pk)
        if held.state == MessageState.HELD:
            _send(thread, held, held.body, by, at)
            # Nothing was wrong with it, so sitters read it too; but a client's own phone.
            read = Reader(held.organization_id).text(held.body, thread=thread, is_harmless=True)
            held.redacted_body = None if read == held.body else read
            held.reader_rules = RULES
            _finish(held, MessageState.ACCEPTED, Resolution.DISMISSED, events.review_dismissed, by, at)
            return held
        ids = resolve(held, Resolution.DISMISSED, by=by, at=at)
        if not ids:
            raise AlreadyReviewed
        current().record(events.review_dismissed(**_of(held), violation_ids=ids))
        timeline.notify_pages(thread)
        return held


@contextmanager
def _deciding(message: Message, by: User, at: datetime) -> Iterator[tuple[Thread, Message]]:
    """The thread and the held message, both held; what is decided inside is one transaction."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        thread = locks.thread(message.thread_id)
        held = locks.message(message.pk)
        if held.state != MessageState.HELD:
            raise AlreadyReviewed
        yield thread, held


def _send(thread: Thread, message: Message, body: str, by: User, at: datetime) -> None:
    party = participants.outside_party(thread)
    permission.require(thread, party)
    kept = message.media.filter(state=MediaState.KEPT).count()
    awaited = message.media.filter(state=MediaState.LISTED).count()
    if not (body.strip() or kept or awaited):
        raise PictureNeverCame
    pictures.enqueue(
        message,
        outbox.decided(body, by=by, to=party, author_kind=message.author_kind),
        to=party,
        permit=Permit(authority=Authority.OWNER),
        at=at,
        kept=kept,
        awaited=awaited,
    )


def _finish(
    message: Message,
    state: MessageState,
    resolution: Resolution,
    event: Callable[..., Event],
    by: User,
    at: datetime,
) -> None:
    ids = resolve(message, resolution, by=by, at=at)
    _write(message, state, by, at)
    current().record(event(**_of(message), violation_ids=ids))
    _settle_queue_alert(message, at)
    timeline.notify_pages(message.thread)


def _write(message: Message, state: MessageState, by: User, at: datetime) -> None:
    message.state, message.reviewed_by, message.reviewed_at = state, by, at
    message.save(
        update_fields=[
            "state",
            "reviewed_by",
            "reviewed_at",
            "review_note",
            "body",
            "original_body",
            "redacted_body",
            "reader_rules",
        ]
    )


def _warn(thread: Thread, message: Message, at: datetime) -> None:
    context = Context(
        organization=Organization.objects.get(pk=thread.organization_id),
        thread=thread,
        author_kind=AuthorKind.OWNER,
        at=at,
    )
    verdict = screen(message.body, context)
    message.redacted_body, message.reader_rules = verdict.redacted, RULES
    if verdict.findings:
        current().record(events.message_outbound_warned(**_of(message), kinds=verdict.kinds))


def _tell_sitter(thread: Thread, message: Message, at: datetime) -> None:
    if message.sitter is None:
        return
    sentence = notices.rejected(message.review_note, thread, at)
    notices.tell(message.sitter, sentence, about=thread, key=f"message:{message.pk}:rejected", at=at)


def _settle_queue_alert(message: Message, at: datetime) -> None:
    """The alerts about held texts are over when the last of them is decided: of the thread, and of the business."""
    waiting.settle(message.organization_id, at)
    if queue.held(message.organization_id).filter(thread_id=message.thread_id).exists():
        return
    alert_lifecycle.settle(
        alerts.policy_held, organization_id=message.organization_id, subject_id=message.thread_id, at=at
    )


def _of(message: Message) -> dict[str, int]:
    return {
        "organization_id": message.organization_id,
        "thread_id": message.thread_id,
        "message_id": message.pk,
    }
