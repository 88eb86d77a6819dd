"""Looking at people's texts is an event, once for each credential, thing and span: a page that refreshes itself adds none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

from audit.models import Look
from audit.record import Actor, recording
from snoutos.accounts import credentials
from snoutos.accounts.credentials import API_KEY

if TYPE_CHECKING:
    from audit.types import Event
    from snoutos.accounts.models import User

ONCE_IN = timedelta(minutes=15)
ONCE_IN_FOR_KEYS = timedelta(days=1)
"""A program asks again and again; that it does is known from the first time."""

_UPSERT = """
INSERT INTO audit_look AS look (organization_id, user_id, credential_kind, credential_id, subject_kind, subject_id, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (user_id, credential_kind, credential_id, subject_kind, subject_id)
DO UPDATE SET at = excluded.at WHERE look.at <= %s
RETURNING 1
"""


def note(event: Event, *, by: User, at: datetime) -> None:
    """Record `event`, that `by` looked at its subject, unless it was recorded within the span.

    One look-up when it was. Of two at once one is recorded.
    """
    credential = credentials.current()
    kind, number = (credential.kind, credential.id) if credential else ("", 0)
    since = at - (ONCE_IN_FOR_KEYS if kind == API_KEY else ONCE_IN)
    mine = {"user": by, "credential_kind": kind, "credential_id": number}
    about = {"subject_kind": event.subject_kind, "subject_id": event.subject_id}
    if Look.objects.filter(**mine, **about, at__gt=since).exists():
        return
    actor = Actor.api(by.pk) if kind == API_KEY else Actor.user(by.pk)
    with transaction.atomic(), recording(actor=actor, at=at) as trail:
        with connection.cursor() as cursor:
            row = [by.organization_id, by.pk, kind, number, event.subject_kind, event.subject_id, at, since]
            cursor.execute(_UPSERT, row)
            due = cursor.fetchone() is not None
        if due:
            trail.record(event)


def forget(at: datetime) -> int:
    """Drop what no span reaches any more; how many rows went. The events stay."""
    return int(Look.objects.filter(at__lt=at - 2 * ONCE_IN_FOR_KEYS).delete()[0])
