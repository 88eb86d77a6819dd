"""What an automation tells a sitter by text: from the office's own conversation with them, so that an answer reaches the office."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import recording
from messaging import locks, timeline
from messaging.consent.standing import is_opted_out
from messaging.errors import FoundSomething, OptedOut, SitterWithoutLine
from messaging.models import Message, Sitter, Thread
from messaging.models.messages import Audience, AuthorKind, MessageState
from messaging.outbound.queue import outbox, permission
from messaging.outbound.queue.submit import Author, by_rule
from messaging.people import office
from policy.screen import Context, cleared_for_sitters, screen
from snoutos.accounts.models import Organization


def text_sitter(
    *, thread: Thread, sitter: Sitter, author: Author, body: str, at: datetime, origin_key: str
) -> Message:
    """Text `body` to `sitter` about `thread`. The same `origin_key` gives the first answer.

    Raises SitterWithoutLine (no phone or front desk number), OptedOut, RevocationOpen, NumberFiltered for an automation, or
    FoundSomething: a text in which screening finds a contact is not stored, because review sends to clients.
    """
    text = outbox.check_text(body)
    with transaction.atomic(), recording(actor=author.actor, at=at):
        locked = locks.thread(thread.pk)
        earlier: Message | None = (
            Message.objects.of(locked.organization_id).filter(origin_key=origin_key).first()
        )
        if earlier is not None:
            return earlier
        line = office.line_to(sitter, at)
        if line is None:
            raise SitterWithoutLine
        if is_opted_out(locked.organization_id, line.e164):
            raise OptedOut
        permission.require_automatic(line, at, by_rule=author.kind == AuthorKind.AUTOMATION)
        context = Context(
            organization=Organization.objects.get(pk=locked.organization_id),
            thread=locked,
            author_kind=author.kind,
            at=at,
        )
        verdict = screen(text, context)
        if verdict.is_held:
            raise FoundSomething
        message: Message = Message.objects.create(
            organization_id=locked.organization_id,
            thread=line.thread,
            position=timeline.next_position(line.thread, at).position,
            author_kind=author.kind,
            participant=line,
            state=MessageState.ACCEPTED,
            audience=Audience.OWNER,
            body=text,
            origin_key=origin_key,
            created_at=at,
        )
        clearance = cleared_for_sitters(text, thread=locked, author_kind=author.kind)
        outbox.enqueue(message, clearance, to=line, permit=by_rule(author), at=at)
        return message
