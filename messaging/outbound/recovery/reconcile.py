"""What became of a text whose outcome is unknown: asked of the provider's own books, never sent again by machine.

The provider has no key of ours to ask by, so a text is recognised by account, sender, recipient, body and number of media, created after
our call, and by no other attempt having its SID. One open attempt a lane and body (a database constraint) makes that unambiguous.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events, locks, relays
from messaging.models import Delivery, SendAttempt
from messaging.models.deliveries import AttemptState, DeliveryState
from messaging.outbound.outcome import acceptance, retries, states
from messaging.outbound.queue.outbox import body_hash
from messaging.outbound.recovery import fairness
from messaging.providers.accounts import provider_of
from messaging.providers.base import ListedText, ProviderError
from messaging.timing import scaled

log = structlog.get_logger(__name__)

# After the call: 10 s (set when it became unknown), then these, then we say it is not there.
LOOK_AGAIN = (scaled(seconds=30), scaled(minutes=2), scaled(minutes=5), scaled(minutes=10))
# The provider's clock and ours may differ.
CLOCK_SLACK = timedelta(seconds=60)
_TRIAL_PREFIX = "Sent from your Twilio trial account - "


def reconcile() -> None:
    """Look up every unknown attempt whose time has come, and ask about those with two different final words.

    A fair share of each account whose line is open: a shut one's would only fail, and they wait without harm.
    """
    turn = fairness.Round()
    for attempt_id in fairness.due(SendAttempt, "next_look_up_at"):
        attempt = SendAttempt.objects.select_related("account").get(pk=attempt_id)
        if not turn.has_turn(attempt.account_id):
            continue
        try:
            asked = look_up(attempt) if attempt.state == AttemptState.UNKNOWN else ask_status(attempt.pk)
            if asked:
                turn.answered(attempt.account_id)
            else:
                turn.failed(attempt.account_id)
        except Exception as error:
            # One that cannot be settled must not keep the others from it. The error's words may quote a phone: only its type is kept.
            log.error("reconcile.failed", attempt_id=attempt.pk, error=type(error).__name__)
            _look_later(attempt)


def look_up(attempt: SendAttempt) -> bool:
    """Ask the provider about one attempt and settle it: found → sent, not found at the last look → parked for the owner.

    Returns whether the provider could be asked.
    """
    try:
        listed = provider_of(attempt.account).list_texts(
            sender=attempt.sender,
            recipient=attempt.recipient,
            since=(attempt.called_at or attempt.claimed_at) - CLOCK_SLACK,
            limit=1000,
        )
    except ProviderError as error:
        log.warning("reconcile.provider_unavailable", attempt_id=attempt.pk, code=error.code)
        _look_later(attempt)
        return False
    sid = _match(attempt, listed)
    if sid is not None:
        _found(attempt, sid)
    elif attempt.looked_up >= len(LOOK_AGAIN):
        _absent(attempt)
    else:
        _look_again(attempt)
    return True


def ask_status(attempt_id: int) -> bool:
    """Two different final words came in: the provider's present answer decides. When it cannot be had, the question stays.

    Returns whether the provider could be asked.
    """
    attempt = SendAttempt.objects.select_related("account").get(pk=attempt_id)
    try:
        text = provider_of(attempt.account).fetch_text(attempt.provider_sid)
    except ProviderError as error:
        log.warning("reconcile.provider_unavailable", attempt_id=attempt.pk, code=error.code)
        _look_later(attempt)
        return False
    state = states.STATES.get(text.status) if text else None
    with transaction.atomic(), recording(actor=Actor.provider(attempt.account_id)):
        delivery = locks.free_ending_delivery(attempt.delivery_id)
        if delivery is None:
            _look_later(attempt)
            return True
        SendAttempt.objects.filter(pk=attempt.pk).update(next_look_up_at=None)
        if text is None or state is None:
            return True
        if delivery.accepted_attempt_id == attempt.pk and delivery.state != state:
            acceptance.final(delivery, state, text.status, str(text.error_code or ""))
    return True


def _match(attempt: SendAttempt, listed: Iterable[ListedText]) -> str | None:
    called_at = attempt.called_at or attempt.claimed_at
    for text in listed:
        if text.is_inbound or (text.created_at and text.created_at < called_at - CLOCK_SLACK):
            continue
        if attempt.body_hash not in _hashes(text):
            continue
        of_account = SendAttempt.objects.filter(account_id=attempt.account_id).exclude(provider_sid="")
        if not of_account.filter(provider_sid=text.sid).exists():
            return text.sid
    return None


def _hashes(text: ListedText) -> set[str]:
    return {
        body_hash(text.body, text.media_count),
        body_hash(text.body.removeprefix(_TRIAL_PREFIX), text.media_count),
    }


def _found(attempt: SendAttempt, sid: str) -> None:
    with transaction.atomic(), recording(actor=Actor.provider(attempt.account_id)):
        delivery = locks.free_ending_delivery(attempt.delivery_id)
        held = locks.free_attempt(attempt.pk) if delivery else None
        if delivery is None or held is None:
            _look_later(attempt)
            return
        acceptance.accept(held, delivery, sid)


def _look_again(attempt: SendAttempt) -> None:
    locks.update_free(
        SendAttempt.objects.filter(pk=attempt.pk, state=AttemptState.UNKNOWN),
        looked_up=attempt.looked_up + 1,
        next_look_up_at=Now() + LOOK_AGAIN[attempt.looked_up],
    )


def _look_later(attempt: SendAttempt) -> None:
    """The provider could not be asked, or the text is in somebody's hands: that is no evidence, so it does not count as a look."""
    locks.update_free(
        SendAttempt.objects.filter(pk=attempt.pk, next_look_up_at__isnull=False),
        next_look_up_at=Now() + LOOK_AGAIN[min(attempt.looked_up, len(LOOK_AGAIN) - 1)],
    )


def _absent(attempt: SendAttempt) -> None:
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery = locks.free_ending_delivery(attempt.delivery_id)
        held = locks.free_attempt(attempt.pk) if delivery else None
        if delivery is None or held is None:
            _look_later(attempt)
            return
        if held.state != AttemptState.UNKNOWN:
            return
        held.state, held.settled_at, held.next_look_up_at = AttemptState.ABSENT, Now(), None
        held.save(update_fields=["state", "settled_at", "next_look_up_at"])
        if delivery.state == DeliveryState.UNKNOWN:
            _park(delivery)


def _park(delivery: Delivery) -> None:
    delivery.state, delivery.reason = DeliveryState.PARKED, "not_found"
    delivery.finished_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "finished_at"])
    relays.ended(delivery)
    current().record(events.message_outbound_parked(**retries.ids(delivery)))
    current().alert(
        alerts.delivery_parked(
            organization_id=delivery.organization_id, thread_id=delivery.thread_id, delivery_id=delivery.pk
        )
    )
