"""A sitter's text that waits, by way of the app."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from messaging.models import Message, Thread
from messaging.outbound.queue.submit import Author, submit
from tests.business import Business

LEAK = "Call me at 212 555 0147"
NUMBER = "+12125550147"


def hold(business: Business, body: str = LEAK, *, thread: Thread | None = None) -> Message:
    """The sitter in charge says `body`, and it is held."""
    thread = thread or business.thread()
    if not thread.windows.exists():
        business.window(thread)
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    message = submit(thread=thread, author=author, body=body, at=timezone.now()).message
    assert message.state == "held"
    return message


def age(message: Message, minutes: float) -> Message:
    """Let the text have waited that long."""
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))
    message.refresh_from_db()
    return message
