"""What an automation tells a sitter by text, over the line by which their phone takes part in the conversation."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import recording
from messaging import locks, posting
from messaging.consent.standing import is_opted_out
from messaging.errors import FoundSomething, OptedOut, SitterWithoutLine
from messaging.models import Message, Sitter, Thread
from messaging.models.messages import Audience, MessageState
from messaging.outbound import outbox
from messaging.outbound.submit import Author, by_rule
from messaging.people import parties
from policy.screen import Context, cleared, screen
from snoutos.accounts.models import Organization


def text_sitter(
    *, thread: Thread, sitter: Sitter, author: Author, body: str, at: datetime, origin_key: str
) -> Message:
    """Text `body` to `sitter` about `thread`; the owner sees it there, the client never. The same `origin_key` gives the first answer.

    Raises SitterWithoutLine (no phone, or no free number: they use the app), OptedOut, or FoundSomething: a text in which screening
    finds a contact is not stored, because review sends to clients.
    """
    text = outbox.check_text(body)
    with transaction.atomic(), recording(actor=author.actor, at=at):
        locked = locks.thread(thread.pk)
        earlier: Message | None = (
            Message.objects.of(locked.organization_id).filter(origin_key=origin_key).first()
        )
        if earlier is not None:
            return earlier
        line = parties.line_to_sitter(locked, sitter, at)
        if line is None:
            raise SitterWithoutLine
        if is_opted_out(locked.organization_id, line.e164):
            raise OptedOut
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
            thread=locked,
            position=posting.take_place(locked, at).position,
            author_kind=author.kind,
            participant=line,
            state=MessageState.ACCEPTED,
            audience=Audience.OWNER,
            body=text,
            origin_key=origin_key,
            created_at=at,
        )
        outbox.enqueue(message, cleared(text, verdict), to=line, permit=by_rule(author), at=at)
        return message
