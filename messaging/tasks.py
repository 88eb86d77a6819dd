"""Celery's entry points: ids in, one call. Every one may run twice, late, or not at all; the sweeps find what is left."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from messaging import heartbeats
from messaging.assignments import overrides
from messaging.inbound import intake, media, missed
from messaging.models import MessageNumber
from messaging.outbound import circuit, claiming, confirming, reconciling, sending, sweeping, turns
from messaging.review import waiting
from snoutos.accounts.rest import idempotency


@shared_task(name="messaging.tasks.send_line")
def send_line(line_id: int) -> None:
    """Send what may leave over one line."""
    claiming.wake(line_id)
    sending.dispatch_line(line_id)


@shared_task(name="messaging.tasks.sweep_deliveries")
def sweep_deliveries() -> None:
    """End every state of deliveries that time can end."""
    sweeping.sweep()


@shared_task(name="messaging.tasks.refresh_health")
def refresh_health() -> None:
    """Let numbers recover."""
    sweeping.refresh_health()


@shared_task(name="messaging.tasks.retry_receipts")
def retry_receipts() -> None:
    """Take in again what failed."""
    intake.retry_failed()


@shared_task(name="messaging.tasks.process_unrouted")
def process_unrouted(number_id: int) -> None:
    """Take in what waited for a number."""
    intake.process_unrouted(MessageNumber.objects.get(pk=number_id))


@shared_task(name="messaging.tasks.reconcile_unknown")
def reconcile_unknown() -> None:
    """Ask the provider: whether shut accounts work again, about texts whose outcome is unknown, about sent ones nobody reports on."""
    with turns.alone() as mine:
        if mine:
            circuit.probe()
            reconciling.reconcile()
            confirming.confirm()


@shared_task(name="messaging.tasks.ask_status")
def ask_status(attempt_id: int) -> None:
    """Ask the provider which of two final words holds."""
    reconciling.ask_status(attempt_id)


@shared_task(name="messaging.tasks.take_in_missed_texts")
def take_in_missed_texts() -> None:
    """Find inbound texts that never reached us."""
    missed.take_in_missed()


@shared_task(name="messaging.tasks.fetch_media")
def fetch_media() -> None:
    """Fetch copies of pictures and files."""
    media.fetch_due()


@shared_task(name="messaging.tasks.expire_overrides")
def expire_overrides() -> None:
    """Announce overrides that ran out."""
    overrides.announce_expired(timezone.now())


@shared_task(name="messaging.tasks.alert_waiting_reviews")
def alert_waiting_reviews() -> None:
    """Tell owners whose held texts wait."""
    waiting.alert(timezone.now())


@shared_task(name="messaging.tasks.forget_answers")
def forget_answers() -> None:
    """Forget answers to API calls that are kept no longer."""
    idempotency.forget(timezone.now())


@shared_task(name="messaging.tasks.beat")
def beat(queue: str) -> None:
    """A worker of `queue` lives, and the beat rings."""
    heartbeats.note(queue)
