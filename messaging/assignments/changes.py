"""What every change of who is in charge does besides: sitters' queued texts are canceled, and the sitter is told."""

from __future__ import annotations

from datetime import datetime

from messaging.models import Thread
from messaging.outbound import canceling, notices
from messaging.posting import hint


def take_from(thread: Thread, sitter_id: int, at: datetime) -> None:
    """`sitter_id` no longer speaks in `thread` (held by the caller): cancel what they queued, tell them by text where possible."""
    canceled = canceling.cancel_of_sitter(thread.pk, sitter_id, at=at)
    line = notices.phone_of_sitter(thread, sitter_id)
    if canceled and line is not None:
        notices.tell(line, notices.WINDOW_CHANGED, key=f"delivery:{canceled[-1].pk}:window_changed", at=at)
    hint(thread)
