"""Events of other systems: kept, and told to automations in the same transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.record import Actor, current, recording
from audit.types import NewOccurrence
from automations import events
from automations.engine.matcher import DEEPEST
from automations.errors import AutomationError
from automations.models import ExternalEvent
from messaging.models import Client, Thread
from messaging.models.threads import ThreadKind, ThreadState
from snoutos.accounts.models import Organization, User

LARGEST = 64 * 1024
NAME = re.compile(r"^[a-z][a-z0-9_]{0,30}(\.[a-z][a-z0-9_]{0,30}){1,3}\Z")
# A NUL as JSON writes it, and no backslash before it that would make it a plain text.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class BadEvent(AutomationError):  # noqa: N818
    sentence = "An event has a dotted name such as booking.created and a JSON object of at most 64 KiB."
    code = "event_not_readable"
    status = 400


class NobodyNamed(AutomationError):  # noqa: N818
    sentence = "There is no such client or conversation in this business."
    code = "event_names_nobody"
    status = 400


class TooDeep(AutomationError):  # noqa: N818
    sentence = "This event was brought about by an automation that was brought about by another, and so on: it is cut here."
    code = "event_too_deep"
    status = 409


def report(
    *,
    organization: Organization,
    name: str,
    data: Mapping[str, Any],
    by: User,
    at: datetime,
    thread: Thread | None = None,
    client: Client | None = None,
    depth: int = 0,
) -> ExternalEvent:
    """Keep an event and let automations know. About `thread`, or the newest open care conversation of `client`.

    `depth` is what the call that led to it carried in `SnoutOS-Depth`. Raises BadEvent, NobodyNamed or TooDeep; nothing is kept then.
    """
    _check(name, data)
    if depth > DEEPEST:
        raise TooDeep
    thread = thread or (_conversation_of(client) if client is not None else None)
    if thread is not None and thread.organization_id != organization.pk:
        raise NobodyNamed
    with transaction.atomic(), recording(actor=Actor.api(by.pk), at=at):
        event: ExternalEvent = ExternalEvent.objects.create(
            organization=organization,
            name=name,
            data=dict(data),
            thread=thread,
            reported_by=by,
            depth=max(depth, 0),
            created_at=at,
        )
        thread_id = thread.pk if thread else None
        current().record(
            events.automation_event_reported(
                organization_id=organization.pk, event_id=event.pk, thread_id=thread_id, event_kind=name
            )
        )
        current().occur(
            NewOccurrence(
                organization_id=organization.pk,
                kind="event",
                key=f"event:{event.pk}",
                payload={"event_id": event.pk, "name": name},
                thread_id=thread_id,
                depth=event.depth,
            )
        )
        return event


def _check(name: str, data: Mapping[str, Any]) -> None:
    if not NAME.match(name) or len(name) > 64 or not isinstance(data, Mapping):
        raise BadEvent
    try:
        written = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size = len(written.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise BadEvent from error
    if size > LARGEST or _NUL.search(written):
        raise BadEvent


def _conversation_of(client: Client) -> Thread:
    found: Thread | None = (
        Thread.objects.of(client.organization_id)
        .filter(client=client, kind=ThreadKind.CARE, state=ThreadState.OPEN)
        .order_by("-last_message_at", "-pk")
        .first()
    )
    if found is None:
        raise NobodyNamed("This client has no open conversation.")
    return found
