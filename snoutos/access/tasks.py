"""What the beat does for sign-ins."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from audit import looks
from audit.record import Actor, recording
from snoutos.access import gate, letters, unlocking


@shared_task(name="snoutos.access.tasks.send_letters")
def send_letters() -> int:
    """Send links to members whose names strangers locked, who were invited, and who forgot their password; how many left."""
    at = timezone.now()
    return unlocking.send_letters(at) + letters.send(at)


@shared_task(name="snoutos.access.tasks.end_waits")
def end_waits() -> int:
    """Record the waits that are over; how many."""
    at = timezone.now()
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        return gate.tell_of_ends(trail, at)


@shared_task(name="snoutos.access.tasks.forget_looks")
def forget_looks() -> int:
    """Forget who looked at what two days ago; the trail keeps it."""
    return looks.forget(timezone.now())
