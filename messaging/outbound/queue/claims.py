"""Claiming: one delivery of one line, in one transaction that never waits."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import connection, transaction
from django.db.models.functions import Now

from messaging.models import Delivery, SendAttempt, SendingLine
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.timing import scaled

LEASE = scaled(seconds=90)

# A lane is (account, sender, recipient); an attempt that yielded its lane still blocks an equal body, which could not be told apart in the
# provider's list.
LANE_IS_FREE = """NOT EXISTS (
    SELECT 1 FROM messaging_sendattempt t
    WHERE t.account_id = d.account_id AND t.sender = d.sender AND t.recipient = d.recipient
      AND t.state IN ('claimed', 'calling', 'unknown') AND (NOT t.lane_yielded OR t.body_hash = d.body_hash))"""

# The first text of the line whose lane is free.
_FIRST = f"""
SELECT d.id FROM messaging_delivery d
WHERE d.line_id = %s AND d.state = 'queued' AND d.ready AND {LANE_IS_FREE}
ORDER BY d.priority, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
"""  # noqa: S608  (our own words)


# Waits for nobody: a line that is held is being claimed, and who claims looks again before it lets the line rest.
_WAKE = """
UPDATE messaging_sendingline SET next_due_at = statement_timestamp() WHERE id = (
    SELECT id FROM messaging_sendingline WHERE id = %s AND next_due_at IS NULL FOR NO KEY UPDATE SKIP LOCKED)
"""


_DUE_IN = """
SELECT EXTRACT(EPOCH FROM l.next_due_at - statement_timestamp()) FROM messaging_sendingline l
JOIN messaging_messagenumber n ON n.id = l.number_id JOIN messaging_provideraccount a ON a.id = n.account_id
WHERE l.id = %s AND l.next_due_at IS NOT NULL AND a.line_state = 'open'
  AND EXISTS (SELECT 1 FROM messaging_delivery d WHERE d.line_id = l.id AND d.state = 'queued' AND d.ready)
"""


def claim(line_id: int | None = None) -> SendAttempt | None:
    """Claim the next text of a line that is due (of `line_id` when given). None when there is nothing to do now.

    The attempt begins `claimed` with a lease of 90 s by the database's clock. A line without work becomes idle.
    """
    while True:
        with transaction.atomic():
            line = _due_line(line_id)
            if line is None:
                return None
            first = _first(line.pk)
            if first is None:
                SendingLine.objects.filter(pk=line.pk).update(next_due_at=None)
            else:
                delivery: Delivery = Delivery.objects.get(pk=first)
                attempt = _attempt(delivery)
                if attempt is not None:
                    _pace(line, delivery.segments)
                    return attempt
        if first is None and _first(line.pk) is not None:
            # Queued while we held the line: whoever rang for it passed us by.
            wake(line.pk)


def wake(line_id: int) -> None:
    """Let the line be claimed; one that is pacing itself keeps its time. Never waits for who holds it."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, [line_id])


def due_in(line_id: int) -> float | None:
    """Seconds until the line may send again, 0 when it may now; None when nothing waits for it or its account is stopped."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_IN, [line_id])
        row = cursor.fetchone()
    return None if row is None else max(0.0, float(row[0]))


def _due_line(line_id: int | None) -> SendingLine | None:
    # FOR NO KEY UPDATE: a text being queued holds the line's key, and must not hide the line from the claim.
    due = SendingLine.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(
        next_due_at__lte=Now(), number__account__line_state=LineState.OPEN
    )
    if line_id is not None:
        due = due.filter(pk=line_id)
    line: SendingLine | None = due.order_by("next_due_at", "id").first()
    return line


def _first(line_id: int) -> int | None:
    """The delivery that the line would send next, if nobody holds it."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [line_id])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _attempt(delivery: Delivery) -> SendAttempt | None:
    """Insert the attempt and mark the delivery; None when the lane was taken in between."""
    number = delivery.attempts.count() + 1
    fresh = SendAttempt(
        organization_id=delivery.organization_id,
        delivery=delivery,
        number=number,
        account_id=delivery.account_id,
        sender=delivery.sender,
        recipient=delivery.recipient,
        body_hash=delivery.body_hash,
        token=secrets.token_urlsafe(24),
        fence=number,
        lease_until=Now() + LEASE,
        claimed_at=Now(),
    )
    SendAttempt.objects.bulk_create([fresh], ignore_conflicts=True)
    attempt: SendAttempt | None = SendAttempt.objects.filter(token=fresh.token).first()
    if attempt is None:
        return None
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING, current_attempt=attempt)
    return attempt


def _pace(line: SendingLine, segments: int) -> None:
    """Take the tokens of one text and say when the next may go (token bucket, by the database's clock)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE messaging_sendingline SET
                refilled_at = statement_timestamp(),
                tokens = LEAST(burst, tokens + segments_per_second * EXTRACT(EPOCH FROM statement_timestamp() - refilled_at)) - %(cost)s,
                next_due_at = statement_timestamp() + make_interval(secs => GREATEST(0, (%(cost)s - LEAST(burst,
                    tokens + segments_per_second * EXTRACT(EPOCH FROM statement_timestamp() - refilled_at))) / segments_per_second))
            WHERE id = %(line)s
            """,
            {"cost": segments, "line": line.pk},
        )


def account_of(line_id: int) -> int | None:
    """The account that a line belongs to, for its life; None when there is no such line."""
    if line_id not in _accounts:
        found = SendingLine.objects.filter(pk=line_id).values_list("number__account", flat=True).first()
        if found is None:
            return None
        _accounts[line_id] = found
    return _accounts[line_id]


_accounts: dict[int, int] = {}


def database_now() -> datetime:
    """The database's clock, by which leases and due times are measured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
