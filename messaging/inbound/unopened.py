"""Clients' texts that a sitter was to read and has neither got nor opened: some minutes later they are unread for the owner.

Got is a text that the provider says was delivered to the sitter's phone: one that only left may wait for a phone that is off.
Opened is one that the sitter has read on their own face, or has answered since.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from audit.record import Actor, current, recording
from messaging import events
from messaging.models import Message
from messaging.timeline import HINTS
from snoutos.accounts.models import Organization

AT_ONCE = 500

# One statement: what is due, of threads nobody holds (they are looked at with the next tick), is settled, and what was neither got nor
# opened raises its thread's mark. The deciding sitter is the routing decision's.
_BRING = f"""
WITH due AS (
    SELECT id, thread_id FROM messaging_message WHERE owner_due_at <= %(at)s ORDER BY owner_due_at LIMIT {AT_ONCE}),
held AS (
    SELECT id FROM messaging_thread WHERE id IN (SELECT thread_id FROM due) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
settled AS (
    UPDATE messaging_message m SET owner_due_at = NULL FROM due, held
    WHERE m.id = due.id AND held.id = due.thread_id AND m.owner_due_at IS NOT NULL
    RETURNING m.id, m.organization_id, m.thread_id, m.position),
unopened AS (
    SELECT m.* FROM settled m
    JOIN routing_routingdecision d ON d.message_id = m.id JOIN messaging_sitter s ON s.id = d.sitter_id
    WHERE NOT EXISTS (SELECT 1 FROM messaging_delivery got JOIN messaging_participant p ON p.id = got.participant_id
            WHERE got.message_id = m.id AND got.state = 'delivered' AND p.sitter_id = s.id)
      AND NOT EXISTS (SELECT 1 FROM messaging_threadread r
            WHERE r.thread_id = m.thread_id AND r.user_id = s.user_id AND r.position >= m.position)
      AND NOT EXISTS (SELECT 1 FROM messaging_message answer
            WHERE answer.thread_id = m.thread_id AND answer.position > m.position AND answer.sitter_id = s.id)),
raised AS (
    UPDATE messaging_thread t SET owner_position = GREATEST(t.owner_position, u.position)
    FROM (SELECT thread_id, max(position) AS position FROM unopened GROUP BY thread_id) u WHERE t.id = u.thread_id
    RETURNING t.id, pg_notify(%(hints)s, json_build_object('organization', t.organization_id, 'thread', t.public_id)::text))
SELECT u.id, u.organization_id, u.thread_id FROM unopened u JOIN raised ON raised.id = u.thread_id ORDER BY u.id
"""  # noqa: S608  (our own words)


def due_at(organization: Organization, at: datetime) -> datetime:
    """When a text for a sitter that came in at `at` becomes the owner's to read, unless it is got or opened by then."""
    return at + timedelta(minutes=organization.unopened_minutes)


def bring_to_owner(at: datetime) -> int:
    """Make unread for the owner what is due and was neither got nor opened. Several ticks at once do no harm. Returns how many texts."""
    brought = 0
    while True:
        found, settled = _bring(at)
        brought += found
        if not found or not settled:
            return brought


def _bring(at: datetime) -> tuple[int, bool]:
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        with connection.cursor() as cursor:
            cursor.execute(_BRING, {"at": at, "hints": HINTS})
            rows = cursor.fetchall()
        for message_id, organization_id, thread_id in rows:
            current().record(
                events.message_handed_to_owner(
                    organization_id=organization_id,
                    thread_id=thread_id,
                    message_id=message_id,
                    reason="not_opened",
                )
            )
    return len(rows), Message.objects.filter(owner_due_at__lte=at).exists()
