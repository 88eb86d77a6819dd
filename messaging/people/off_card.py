"""A client's conversation whose phone was taken off their card: before the next text goes there, the office is asked once.

The phone may be somebody else's by now. Until the office says that it is still theirs nothing leaves to it, whoever wrote it
(`outbound.queue.permission`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.models import ClientPhone, Participant, Thread
from messaging.models.threads import Role
from messaging.timeline import notify_pages
from snoutos.accounts.models import User


def is_off_card(party: Participant) -> bool:
    """Whether `party` is a client whose phone stands on no card, and nobody confirmed yet that texts may go to it."""
    if party.role != Role.CLIENT or party.off_card_confirmed_at is not None:
        return False
    return not ClientPhone.objects.of(party.organization_id).filter(e164=party.e164).exists()


def find(thread: Thread) -> Participant | None:
    """The client's phone in `thread` that must be confirmed before anything goes to it; None when there is none."""
    party: Participant | None = Participant.objects.filter(
        thread=thread, role=Role.CLIENT, left_at__isnull=True
    ).first()
    return party if party is not None and is_off_card(party) else None


def confirm(thread: Thread, *, by: User, at: datetime) -> Thread:
    """The phone is still theirs, although it stands on no card: texts may go to it. Nothing happens where nothing is asked."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.thread(thread.pk)
        party = find(held)
        if party is not None:
            Participant.objects.filter(pk=party.pk).update(off_card_confirmed_at=at)
            current().record(
                events.thread_phone_confirmed(
                    organization_id=held.organization_id, thread_id=held.pk, participant_id=party.pk
                )
            )
            notify_pages(held)
        return held
