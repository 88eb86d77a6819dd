"""Whether somebody has had to do with the business lately: a visit, or a text of theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from messaging.models import AssignmentWindow, Message, Participant, Visit
from messaging.models.messages import AuthorKind, MessageState

LATELY = timedelta(days=365)


def are_recent(party: Participant, at: datetime) -> bool:
    """Whether `party`, or the client whose phone it is, has a visit that ended within 12 months or is ahead, or texted within 12 months."""
    return _has_visit(party, at) or _texted(party, at)


def _has_visit(party: Participant, at: datetime) -> bool:
    theirs = Q(thread=party.thread_id)
    if party.client_id is not None:
        theirs |= Q(thread__client=party.client_id)
    lately = {"canceled_at__isnull": True, "ends_at__gt": at - LATELY}
    windows = AssignmentWindow.objects.of(party.organization_id).filter(theirs, **lately)
    if windows.exists():
        return True
    visits = Visit.objects.of(party.organization_id).filter(client=party.client_id, **lately)
    return party.client_id is not None and bool(visits.exists())


def _texted(party: Participant, at: datetime) -> bool:
    people = Participant.objects.of(party.organization_id)
    theirs = people.filter(e164=party.e164)
    if party.client_id is not None:
        theirs = people.filter(Q(e164=party.e164) | Q(client=party.client_id))
    texts = Message.objects.filter(
        thread__in=theirs.values("thread"),
        participant__in=theirs,
        author_kind=AuthorKind.CLIENT,
        state=MessageState.RECEIVED,
        created_at__gt=at - LATELY,
    )
    found: bool = texts.exists()
    return found
