"""Whether a client has a visit near: then a bare "cancel" probably meant the visit."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging.models import AssignmentWindow, Thread

NEAR = timedelta(hours=48)


def is_near(thread: Thread, at: datetime) -> bool:
    """Whether a window of the client's threads is running or begins within 48 hours."""
    theirs = AssignmentWindow.objects.of(thread.organization_id).filter(
        canceled_at__isnull=True, ends_at__gt=at, starts_at__lt=at + NEAR
    )
    if thread.client_id is not None:
        return bool(theirs.filter(thread__client_id=thread.client_id).exists())
    return bool(theirs.filter(thread=thread).exists())
