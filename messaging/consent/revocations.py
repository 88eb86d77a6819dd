"""Texts that may ask for no more texts in their own words: one open item a phone, from the text until a person or a word decides.

Who writes here holds the phone exclusively (`locks.phone`): so do all that change its standing.
"""

from __future__ import annotations

from datetime import datetime

from audit import alert_lifecycle
from audit.record import current
from messaging import alerts, canceling, events, timeline
from messaging.consent import business_days
from messaging.models import ConsentChange, Message, OptOut, Revocation
from messaging.models.consent import ConsentKind, ConsentSource, RevocationState
from snoutos.accounts.models import User

# After how many business days the owner is reminded.
REMINDERS = (1, alerts.LATE)


def is_open(organization_id: int, e164: str) -> bool:
    """Whether a text of the phone waits for a decision. Certain only while the phone is held (`locks.phone_shared`)."""
    found: bool = (
        Revocation.objects.of(organization_id).filter(e164=e164, state=RevocationState.OPEN).exists()
    )
    return found


def suspect(message: Message, e164: str, at: datetime) -> Revocation | None:
    """Open an item for `message`, which came from `e164`, and cancel what automations have queued to that phone.

    None when a newer word of the phone stands, or STOP does: there is nothing to decide. While one is open, it is that one, with its clock.
    """
    standing = OptOut.objects.of(message.organization_id).filter(e164=e164).first()
    if standing is not None and (standing.is_in_force or standing.changed_at > message.written_at):
        return None
    found: Revocation | None = (
        Revocation.objects.of(message.organization_id).filter(e164=e164, state=RevocationState.OPEN).first()
    )
    row = found or _open(message, e164, at)
    current().record(
        events.consent_revocation_suspected(
            organization_id=row.organization_id,
            thread_id=message.thread_id,
            revocation_id=row.pk,
            message_id=message.pk,
        )
    )
    canceling.cancel_automatic(row.organization_id, e164, reason="revocation_open", at=at)
    return row


def settle(change: ConsentChange) -> None:
    """End the open item of a phone whose standing `change` has just changed: STOP says it was meant, a later START that it was not."""
    open_ones = Revocation.objects.of(change.organization_id).filter(
        e164=change.e164, state=RevocationState.OPEN
    )
    if change.kind == ConsentKind.OPTED_IN:
        open_ones = open_ones.filter(said_at__lt=change.at)
    state = RevocationState.OPTED_OUT if change.kind == ConsentKind.OPTED_OUT else RevocationState.NOT_MEANT
    for row in open_ones.select_related("message__thread"):
        finish(row, state, by=change.by, change=change, at=change.at)


def finish(
    row: Revocation, state: RevocationState, *, by: User | None, change: ConsentChange | None, at: datetime
) -> None:
    """Write down the decision, end the alert, and tell open pages."""
    row.state, row.decided_by, row.change, row.remind_at = state, by, change, None
    row.decided_at = max(at, row.opened_at)
    row.save(update_fields=["state", "decided_by", "change", "remind_at", "decided_at"])
    verb = (
        events.consent_revocation_confirmed
        if state == RevocationState.OPTED_OUT
        else events.consent_revocation_dismissed
    )
    thread = row.message.thread
    source = change.source if change is not None else ConsentSource.REVIEW
    current().record(
        verb(
            organization_id=row.organization_id, thread_id=thread.pk, revocation_id=row.pk, source=str(source)
        )
    )
    alert_lifecycle.settle(
        alerts.revocation, organization_id=row.organization_id, subject_id=row.pk, at=row.decided_at
    )
    timeline.notify_pages(thread)


def remind_next(row: Revocation, at: datetime) -> datetime | None:
    """When the owner is next reminded after `at`; None when every reminder is behind."""
    zone = row.organization.zone
    ahead = (business_days.after(row.opened_at, days, zone) for days in REMINDERS)
    return next((moment for moment in ahead if moment > at), None)


def _open(message: Message, e164: str, at: datetime) -> Revocation:
    row = Revocation(
        organization=message.organization,
        e164=e164,
        message=message,
        said_at=message.written_at,
        opened_at=at,
    )
    row.due_at = business_days.after(at, alerts.TO_DECIDE, row.organization.zone)
    row.remind_at = remind_next(row, at)
    row.save()
    current().alert(
        alerts.revocation(
            organization_id=row.organization_id, thread_id=message.thread_id, revocation_id=row.pk
        )
    )
    return row
