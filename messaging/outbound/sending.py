"""Claim, leave, call, settle: one text at a time, no network inside a transaction."""

from __future__ import annotations

import threading
import time

import structlog
from django.conf import settings
from django.urls import reverse

from messaging.inbound import media
from messaging.models import ProviderAccount, SendAttempt
from messaging.outbound import claiming, leaving, settling
from messaging.outbound.leaving import Leaving
from messaging.providers.accounts import provider_of
from messaging.providers.base import OutgoingText, Provider, Refused
from messaging.times import span

log = structlog.get_logger(__name__)

# The claim's lease less a margin: after it no call may begin, because the reaper might give the attempt up meanwhile.
CALL_WITHIN_SECONDS = (claiming.LEASE - span(seconds=30)).total_seconds()


# A line that paces itself is waited for by one thread of a process, for this long at most; otherwise the sweep comes back to it.
PACE_WAIT_SECONDS = 2.0
_waited_for: set[int] = set()
_waiting = threading.Lock()


def dispatch_line(line_id: int, *, at_most: int = 100) -> int:
    """Send what may leave over one line, waiting out its pace. Returns how many texts were claimed."""
    sent = dispatch(line_id, at_most=at_most)
    with _waiting:
        if line_id in _waited_for:
            return sent
        _waited_for.add(line_id)
    try:
        while sent < at_most:
            pause = claiming.due_in(line_id)
            if pause is None or pause > PACE_WAIT_SECONDS:
                return sent
            time.sleep(max(pause, 0.01))
            claimed = dispatch(line_id, at_most=at_most - sent)
            if not claimed and not pause:
                return sent
            sent += claimed
    finally:
        with _waiting:
            _waited_for.discard(line_id)
    return sent


def dispatch(line_id: int | None = None, *, at_most: int = 100) -> int:
    """Send what may leave now, over one line or over all. Returns how many texts were claimed."""
    for sent in range(at_most):
        claimed_at = time.monotonic()
        attempt = claiming.claim(line_id)
        if attempt is None:
            return sent
        _send(attempt, deadline=claimed_at + CALL_WITHIN_SECONDS)
    return at_most


def _send(attempt: SendAttempt, *, deadline: float) -> None:
    if not media.keep_all_of(attempt.delivery.message_id):
        leaving.abandon(attempt, again_in=media.RETRY_AFTER)
        return
    # All that can be made ready is: what dies between leaving and the call leaves a text that nobody knows about.
    provider = provider_of(ProviderAccount.objects.get(pk=attempt.account_id))
    left = leaving.leave(attempt)
    if left is None:
        return
    if time.monotonic() > deadline:
        # The lease may run out before the call ends, so it is not made. Unless the reaper came first, that is known for certain.
        settling.settle(left.attempt, Refused(None, "lease_nearly_over", counts=False))
        return
    _call(left, provider)


def _call(left: Leaving, provider: Provider) -> None:
    with structlog.contextvars.bound_contextvars(delivery_id=left.delivery.pk, attempt=left.attempt.number):
        outcome = provider.send(
            OutgoingText(
                sender=left.delivery.sender,
                recipient=left.delivery.recipient,
                body=left.delivery.body,
                media_urls=media.signed_urls(left.delivery.message_id) if left.delivery.media_count else (),
                status_callback=status_callback(left.attempt),
                messaging_service_sid="",
            )
        )
        log.info("delivery.called", outcome=type(outcome).__name__)
    settling.settle(left.attempt, outcome)


def status_callback(attempt: SendAttempt) -> str:
    """The address on which the provider reports about this attempt. Its token says which; the signature says who."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('twilio-status', args=[attempt.token])}"
