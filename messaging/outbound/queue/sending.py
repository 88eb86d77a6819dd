"""Claim, leave, call, settle: one text at a time, no network inside a transaction."""

from __future__ import annotations

import time
from functools import partial

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.urls import reverse

from messaging import publish
from messaging.media import fetching, serving
from messaging.models import Delivery, MessageNumber, ProviderAccount, SendAttempt
from messaging.outbound.outcome import record_outcome, unsent
from messaging.outbound.queue import begin_call, claims, pacing, shares
from messaging.outbound.queue.begin_call import BegunCall
from messaging.providers.accounts import provider_of
from messaging.providers.base import OutgoingText, Provider, Refused
from messaging.timing import scaled
from snoutos.core import dberrors

log = structlog.get_logger(__name__)

# The claim's lease less a margin: after it no call may begin, because the reaper might give the attempt up meanwhile.
CALL_WITHIN_SECONDS = (claims.LEASE - scaled(seconds=30)).total_seconds()


# A line that paces itself longer is left to the sweep.
PACE_WAIT_SECONDS = 2.0
# Somebody held a row that the text needs; it was not called.
HELD_UP_AGAIN = scaled(seconds=5)
SEND_LINE = "messaging.tasks.send_line"


def take_turn(line_id: int) -> bool:
    """Let one text leave over the line, if its account has not its share of this process' threads. Whether one was claimed.

    The line's next text is rung for before the call, behind the rings of all others: so lines take turns, one text each, and the line that
    was rung for first has waited longest. A line that is turned away is rung for when a call of its account has ended.
    """
    publish.heard(SEND_LINE, line_id)
    account_id = claims.account_of(line_id)
    if account_id is None or not shares.THIS_PROCESS.begin(account_id, line_id):
        return False
    try:
        claims.wake(line_id)
        claimed_at = time.monotonic()
        attempt = claims.claim(line_id)
        _ring_for_the_next(line_id, claimed=attempt is not None)
        if attempt is not None:
            _send(attempt, deadline=claimed_at + CALL_WITHIN_SECONDS)
        return attempt is not None
    finally:
        waiting = shares.THIS_PROCESS.end(account_id)
        if waiting is not None:
            _ring(waiting)


def _ring_for_the_next(line_id: int, *, claimed: bool) -> None:
    pause = claims.due_in(line_id)
    if pause is None or pause > PACE_WAIT_SECONDS:
        return
    if pause > 0:
        _alarm.set(line_id, pause)
    elif claimed:
        # Otherwise somebody else is claiming it now, and rings.
        _ring(line_id)


def _ring(line_id: int) -> None:
    publish.now(SEND_LINE, line_id, queue="send")


_alarm = pacing.Alarm(_ring)


def dispatch(line_id: int | None = None, *, at_most: int = 100) -> int:
    """Send what may leave now, over one line or over all, one after the other. Returns how many texts were claimed.

    For a process that does nothing else; workers take turns (`take_turn`).
    """
    for sent in range(at_most):
        claimed_at = time.monotonic()
        attempt = claims.claim(line_id)
        if attempt is None:
            return sent
        _send(attempt, deadline=claimed_at + CALL_WITHIN_SECONDS)
    return at_most


def _send(attempt: SendAttempt, *, deadline: float) -> None:
    try:
        if attempt.delivery.media_count and fetching.are_awaited(attempt.delivery.message_id):
            # Pictures alone: their words have left by themselves.
            unsent.abandon(attempt, again_in=fetching.RETRY_AFTER)
            return
        # All that can be made ready is: what dies between leaving and the call leaves a text that nobody knows about.
        account = ProviderAccount.objects.get(pk=attempt.account_id)
        provider, service = provider_of(account), _service(account, attempt.delivery)
        left = begin_call.begin(attempt)
    except (OperationalError, InterfaceError) as error:
        log.warning("delivery.not_left", attempt_id=attempt.pk, error=type(error).__name__)
        dberrors.repeat(partial(record_outcome.take_back, attempt, again_in=HELD_UP_AGAIN))
        return
    if left is None:
        return
    if time.monotonic() > deadline:
        # The lease may run out before the call ends, so it is not made. Unless the reaper came first, that is known for certain.
        dberrors.repeat(
            partial(record_outcome.record, left.attempt, Refused(None, "lease_nearly_over", counts=False))
        )
        return
    _call(left, provider, service)


def _service(account: ProviderAccount, delivery: Delivery) -> str:
    """The messaging service that the text names beside its number: the account's, where its pool has that number."""
    if not account.messaging_service_sid:
        return ""
    numbers = MessageNumber.objects.filter(account=account, e164=delivery.sender, in_service=True)
    return account.messaging_service_sid if numbers.exists() else ""


def _call(left: BegunCall, provider: Provider, service: str) -> None:
    with structlog.contextvars.bound_contextvars(delivery_id=left.delivery.pk, attempt=left.attempt.number):
        outcome = provider.send(
            OutgoingText(
                sender=left.delivery.sender,
                recipient=left.delivery.recipient,
                body=left.delivery.body,
                media_urls=serving.signed_urls(left.delivery.message_id) if left.delivery.media_count else (),
                status_callback=status_callback(left.attempt),
                messaging_service_sid=service,
            )
        )
        log.info("delivery.called", outcome=type(outcome).__name__)
    # The call is never repeated; writing down what came of it is, as long as its lease lasts and the database can be reached.
    dberrors.repeat(partial(record_outcome.record, left.attempt, outcome))


def status_callback(attempt: SendAttempt) -> str:
    """The address on which the provider reports about this attempt. Its token says which; the signature says who."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('twilio-status', args=[attempt.token])}"
