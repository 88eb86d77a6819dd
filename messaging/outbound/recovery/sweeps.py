"""The tick over deliveries: every state that time can end, ended. All of it is compare-and-set, so that several ticks do no harm."""

from __future__ import annotations

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from audit.record import Actor, recording
from messaging import locks, publish
from messaging.models import Delivery, SendAttempt, SendingLine
from messaging.models.deliveries import AttemptState, DeliveryState, Priority
from messaging.models.numbers import LineState
from messaging.numbers import health
from messaging.outbound.outcome import record_outcome, unsent
from messaging.outbound.queue import claims
from messaging.providers.base import Unknown
from messaging.timing import scaled

log = structlog.get_logger(__name__)

LANE_YIELDS_AFTER = scaled(minutes=2)
# An automation's text that waited so long behind people's has its turn.
OVERTAKEN_FOR = scaled(minutes=10)
AT_ONCE = 200

# One a line and tick, and none while the last one has not left: a person's text waits for one of these at most, however many there are.
# Chosen in a step of its own: a plan may run a subquery once for each row, and then every run passes over the row it gave a turn before.
# Updated by an array, which the planner always takes for few rows: it never reads the table for them.
_OVERTAKEN = f"""
WITH turns AS MATERIALIZED (
    SELECT oldest.id FROM messaging_sendingline l CROSS JOIN LATERAL (
        SELECT d.id FROM messaging_delivery d
        WHERE d.line_id = l.id AND d.state = 'queued' AND d.ready AND d.priority > {Priority.PERSON}
          AND d.next_attempt_at <= statement_timestamp() - make_interval(secs => %s) AND {claims.LANE_IS_FREE}
        ORDER BY d.next_attempt_at LIMIT 1 FOR UPDATE OF d SKIP LOCKED) oldest
    WHERE NOT EXISTS (
        SELECT 1 FROM messaging_delivery d
        WHERE d.line_id = l.id AND d.state = 'queued' AND d.ready AND d.priority = {Priority.OVERDUE} AND {claims.LANE_IS_FREE}))
UPDATE messaging_delivery SET priority = {Priority.OVERDUE} WHERE id = ANY (ARRAY(SELECT id FROM turns))
"""  # noqa: S608  (our own words)

# One index probe a line, however much it has queued: the order makes reading the table from its beginning dearer than the index. A line
# that is held is being claimed, and whoever claims it looks again before it rests.
_WAKE = """
UPDATE messaging_sendingline SET next_due_at = statement_timestamp() WHERE id IN (
    SELECT l.id FROM messaging_sendingline l CROSS JOIN LATERAL (
        SELECT 1 FROM messaging_delivery d WHERE d.line_id = l.id AND d.state = 'queued' AND d.ready
        ORDER BY d.priority, d.id LIMIT 1) waits
    WHERE l.next_due_at IS NULL FOR NO KEY UPDATE OF l SKIP LOCKED)
"""


def sweep() -> None:
    """Reap leases, make retries ready, let unknown attempts yield their lanes, give turns to the overtaken, wake lines that have work.

    Rows that somebody holds are left to the next sweep.
    """
    reap()
    waited = Delivery.objects.filter(state=DeliveryState.QUEUED, ready=False, next_attempt_at__lte=Now())
    locks.update_free(waited.order_by("next_attempt_at"), ready=True)
    silent = SendAttempt.objects.filter(
        state=AttemptState.UNKNOWN, lane_yielded=False, unknown_at__lte=Now() - LANE_YIELDS_AFTER
    )
    locks.update_free(silent.order_by("unknown_at"), lane_yielded=True)
    give_turns()
    _wake_lines()
    for line_id in due_lines():
        publish.on_commit_once("messaging.tasks.send_line", line_id, queue="send")


def reap() -> None:
    """Leases that ran out: a claim is given up and queued again; a call that never came back is unknown, never queued."""
    expired = SendAttempt.objects.filter(
        state__in=[AttemptState.CLAIMED, AttemptState.CALLING], lease_until__lt=Now()
    ).order_by("pk")[:AT_ONCE]
    for attempt in expired:
        try:
            _reap(attempt)
        except Exception as error:
            # One that cannot be reaped must not keep the others from it. The error's words may quote a phone: only its type is kept.
            log.error("sweep.not_reaped", attempt_id=attempt.pk, error=type(error).__name__)


def _reap(attempt: SendAttempt) -> None:
    if attempt.state == AttemptState.CLAIMED:
        unsent.abandon(attempt)
    else:
        _call_was_lost(attempt)


def give_turns() -> None:
    """Let the text of each line that others' texts have overtaken for ten minutes leave next."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERTAKEN, [OVERTAKEN_FOR.total_seconds()])


def refresh_health() -> None:
    """Numbers recover as their failures grow older than seven days."""
    for number_id in health.due_for_refresh():
        try:
            with transaction.atomic(), recording(actor=Actor.system()):
                health.refresh(number_id)
        except DatabaseError as error:
            # One whose row is held must not keep the others from it.
            log.warning("sweep.health_not_refreshed", number_id=number_id, error=type(error).__name__)


def due_lines() -> list[int]:
    """Lines that may be claimed now."""
    due = SendingLine.objects.filter(next_due_at__lte=Now(), number__account__line_state=LineState.OPEN)
    return list(due.order_by("next_due_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _wake_lines() -> None:
    """A ring may be lost: idle lines with something ready are found here."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE)


def _call_was_lost(attempt: SendAttempt) -> None:
    with transaction.atomic(), recording(actor=Actor.system()):
        delivery = locks.free_ending_delivery(attempt.delivery_id)
        held = locks.free_attempt(attempt.pk) if delivery else None
        if delivery is not None and held is not None and held.state == AttemptState.CALLING:
            record_outcome.unknown(held, delivery, Unknown("worker_lost"))
