"""Consent that people gave: what they agreed to, how, when, in which words, and who wrote it down. And when it ended.

Whoever writes here holds the phone exclusively (`locks.phone`): so do all that change its standing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import ConsentInTheFuture, ConsentWithdrawn, OptedOut
from messaging.models import Client, ClientPhone, Consent, ConsentChange, Message, OptOut
from messaging.models.consent import ConsentChannel, ConsentEnd, ConsentKind, Purpose
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody agreed to. `at` is when they did, `wording` what they were told or said, `evidence` where that can be seen."""

    purpose: Purpose
    channel: ConsentChannel
    at: datetime
    wording: str
    evidence: str = ""


def record(phone: ClientPhone, given: Given, *, by: User, at: datetime) -> Consent:
    """Write down that `phone`'s client agreed, and let automatic texts that waited for it go to them again.

    Raises ConsentInTheFuture, OptedOut while the phone gets no texts, or ConsentWithdrawn when it opted out after they had agreed.
    """
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        locks.phone(phone.organization_id, phone.e164)
        if given.at > at:
            raise ConsentInTheFuture
        _require_not_withdrawn(phone.organization_id, phone.e164, given.at)
        return keep(phone.organization_id, phone.e164, given, client=phone.client, by=by, at=at)


def keep(
    organization_id: int,
    e164: str,
    given: Given,
    *,
    client: Client | None,
    at: datetime,
    by: User | None = None,
    message: Message | None = None,
) -> Consent:
    """Store it and let it take effect. The caller holds the phone, and is inside a recording transaction."""
    kept: Consent = Consent.objects.create(
        organization_id=organization_id,
        e164=e164,
        client=client,
        purpose=given.purpose,
        channel=given.channel,
        wording=given.wording,
        evidence=given.evidence,
        message=message,
        given_at=given.at,
        recorded_by=by,
        recorded_at=at,
    )
    ClientPhone.objects.of(organization_id).filter(e164=e164).update(automations_off_at=None)
    current().record(
        events.consent_given(
            organization_id=organization_id, consent_id=kept.pk, purpose=kept.purpose, channel=kept.channel
        )
    )
    return kept


def end(
    organization_id: int, e164: str, reason: ConsentEnd, *, at: datetime, before: datetime | None = None
) -> None:
    """What the phone had agreed to holds no longer; with `before`, only what it agreed to until then. The caller holds the phone."""
    standing = Consent.objects.of(organization_id).filter(e164=e164, ended_at__isnull=True)
    if before is not None:
        standing = standing.filter(given_at__lte=before)
    for row in standing.order_by("pk"):
        row.ended_at, row.ended_as = max(at, row.given_at), reason
        row.save(update_fields=["ended_at", "ended_as"])
        current().record(
            events.consent_ended(organization_id=organization_id, consent_id=row.pk, reason=str(reason))
        )


def holds(organization_id: int, e164: str, purpose: Purpose) -> bool:
    """Whether the phone agreed to texts of `purpose`, and that has not ended. Who agreed to offers agreed to texts about visits as well."""
    wanted = [Purpose.PROMOTIONAL] if purpose == Purpose.PROMOTIONAL else list(Purpose)
    standing = Consent.objects.of(organization_id).filter(e164=e164, ended_at__isnull=True)
    found: bool = standing.filter(purpose__in=wanted).exists()
    return found


def _require_not_withdrawn(organization_id: int, e164: str, agreed_at: datetime) -> None:
    if OptOut.objects.of(organization_id).filter(e164=e164, is_in_force=True).exists():
        raise OptedOut
    stops = ConsentChange.objects.of(organization_id).filter(e164=e164, kind=ConsentKind.OPTED_OUT)
    if stops.filter(at__gte=agreed_at).exists():
        raise ConsentWithdrawn
