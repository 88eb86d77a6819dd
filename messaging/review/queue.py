"""The texts that wait for the owner, oldest first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from messaging.models import Message
from messaging.models.messages import MessageState
from snoutos.accounts.models import Organization


def held(organization: Organization | int | None) -> QuerySet[Message]:
    """Held messages of the organization, oldest first."""
    queue: QuerySet[Message] = (
        Message.objects.of(organization).filter(state=MessageState.HELD).order_by("created_at", "pk")
    )
    return queue


def oldest_age(organization: Organization | int | None, at: datetime) -> timedelta | None:
    """How long the oldest held text has been waiting; None when nothing waits."""
    oldest = held(organization).aggregate(oldest=Min("created_at"))["oldest"]
    return at - oldest if oldest else None
