"""Celery's entry points: ids in, one call. Every one may run twice, late, or not at all; the sweeps find what is left."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from messaging import heartbeats
from messaging.alerting import letters, notify
from messaging.assignments import overrides, visit_notices
from messaging.calls import process as calls
from messaging.calls import voicemail
from messaging.inbound import backfill, receipts, unopened
from messaging.models import MessageNumber
from messaging.numbers import comparison, cooldown, filtering, opt_out_rate, registration
from messaging.outbound.queue import pictures, sending
from messaging.outbound.recovery import fairness, probing, reconcile, status_polling, sweeps
from messaging.review import revocations, waiting
from messaging.sign_in import devices
from messaging.spreadsheets import retention, running
from snoutos.accounts import forgetting
from snoutos.accounts.rest import idempotency
from snoutos.core import frozen_sessions


@shared_task(name="messaging.tasks.send_line")
def send_line(line_id: int) -> None:
    """Let one text leave over one line."""
    sending.take_turn(line_id)


@shared_task(name="messaging.tasks.sweep_deliveries")
def sweep_deliveries() -> None:
    """End every state of deliveries that time can end."""
    sweeps.sweep()


@shared_task(name="messaging.tasks.end_frozen_sessions")
def end_frozen_sessions() -> None:
    """End sessions of processes that stand still in a transaction."""
    frozen_sessions.end()


@shared_task(name="messaging.tasks.refresh_health")
def refresh_health() -> None:
    """Let numbers recover, and watch how many people stop their texts."""
    sweeps.refresh_health()
    filtering.guard_all(timezone.now())
    opt_out_rate.watch(timezone.now())


@shared_task(name="messaging.tasks.guard_number")
def guard_number(number_id: int) -> None:
    """Pause automations on a number that carriers filter."""
    filtering.guard(number_id, timezone.now())


@shared_task(name="messaging.tasks.refresh_registrations")
def refresh_registrations() -> None:
    """Ask the provider how numbers are registered with the carriers, once a day an account."""
    registration.refresh_due()


@shared_task(name="messaging.tasks.end_cooldowns")
def end_cooldowns() -> None:
    """Let paused numbers whose cooldown is over be pool numbers."""
    cooldown.end_due(timezone.now())


@shared_task(name="messaging.tasks.compare_accounts")
def compare_accounts() -> None:
    """Compare accounts whose night has come with what the provider has."""
    comparison.run_due(timezone.now())


@shared_task(name="messaging.tasks.retry_receipts")
def retry_receipts() -> None:
    """Take in again what failed."""
    receipts.retry_failed()


@shared_task(name="messaging.tasks.process_unrouted")
def process_unrouted(number_id: int) -> None:
    """Take in what waited for a number."""
    receipts.process_unrouted(MessageNumber.objects.get(pk=number_id))


@shared_task(name="messaging.tasks.reconcile_unknown")
def reconcile_unknown() -> None:
    """Ask the provider: whether shut accounts work again, about texts whose outcome is unknown, about sent ones nobody reports on."""
    with fairness.alone() as mine:
        if mine:
            probing.probe()
            reconcile.reconcile()
            status_polling.confirm()


@shared_task(name="messaging.tasks.ask_status")
def ask_status(attempt_id: int) -> None:
    """Ask the provider which of two final words holds."""
    reconcile.ask_status(attempt_id)


@shared_task(name="messaging.tasks.take_in_missed_texts")
def take_in_missed_texts() -> None:
    """Find inbound texts that never reached us."""
    backfill.fetch_missed()


@shared_task(name="messaging.tasks.fetch_media")
def fetch_media() -> None:
    """Fetch copies of pictures, files and voicemails."""
    pictures.fetch_due()
    voicemail.fetch_due()


@shared_task(name="messaging.tasks.fetch_media_of")
def fetch_media_of(message_id: int) -> None:
    """Fetch the pictures and files of a text that has just come in."""
    pictures.fetch_of(message_id)


@shared_task(name="messaging.tasks.expire_overrides")
def expire_overrides() -> None:
    """Announce overrides that ran out."""
    overrides.announce_expired(timezone.now())


@shared_task(name="messaging.tasks.tell_sitters")
def tell_sitters() -> None:
    """Tell sitters which visits are new, changed or no longer theirs."""
    visit_notices.tell_due(timezone.now())


@shared_task(name="messaging.tasks.alert_waiting_reviews")
def alert_waiting_reviews() -> None:
    """Tell owners whose held texts wait."""
    waiting.alert(timezone.now())


@shared_task(name="messaging.tasks.remind_of_revocations")
def remind_of_revocations() -> None:
    """Remind owners of texts that may ask for no more texts."""
    revocations.remind(timezone.now())


@shared_task(name="messaging.tasks.notify_owners")
def notify_owners() -> None:
    """Let critical alerts leave the desk."""
    notify.notify(timezone.now())


@shared_task(name="messaging.tasks.send_letters")
def send_letters() -> None:
    """Hand letters about alerts to the mail server."""
    letters.send_due()


@shared_task(name="messaging.tasks.end_forwarding")
def end_forwarding() -> None:
    """Let forwarded calls that nobody reports on be missed ones."""
    calls.give_up(timezone.now())


@shared_task(name="messaging.tasks.bring_unopened")
def bring_unopened() -> None:
    """Bring to owners what sitters have neither got nor opened."""
    unopened.bring_to_owner(timezone.now())


@shared_task(name="messaging.tasks.go_on_with_import")
def go_on_with_import(import_id: int) -> None:
    """Add or take back people of one import."""
    running.go_on(import_id)


@shared_task(name="messaging.tasks.go_on_with_imports")
def go_on_with_imports() -> None:
    """Go on with imports whose ring was lost or whose worker died."""
    running.go_on_with_all()


@shared_task(name="messaging.tasks.forget_imports")
def forget_imports() -> None:
    """Forget what old files of clients and sitters said."""
    retention.forget(timezone.now())


@shared_task(name="messaging.tasks.forget_answers")
def forget_answers() -> None:
    """Forget answers to API calls that are kept no longer."""
    idempotency.forget(timezone.now())


@shared_task(name="messaging.tasks.forget_sign_ins")
def forget_sign_ins() -> None:
    """Forget sessions that ran out and old notes of sign-ins."""
    at = timezone.now()
    forgetting.forget_sign_ins(at)
    devices.forget(at, after=forgetting.SIGN_INS_KEPT)


@shared_task(name="messaging.tasks.beat")
def beat(queue: str) -> None:
    """A worker of `queue` lives, and the beat rings."""
    heartbeats.note(queue)
