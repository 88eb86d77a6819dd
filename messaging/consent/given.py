"""Consent that people gave: what they agreed to, how, when, in which words, and who wrote it down. And when it ended.

Whoever writes here holds the phone exclusively (`locks.phone`): so do all that change its standing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def undo(client_ids: Collection[int], *, at: datetime) -> None:
    """Clients that an import made go, and what it recorded about them ends. The caller holds their phones and records.

    The rows stay, without whose card they were on: they prove on what earlier texts were sent.
    """
    rows = Consent.objects.filter(client__in=client_ids)
    for row in rows.filter(ended_at__isnull=True).order_by("pk"):
        row.ended_at, row.ended_as = max(at, row.given_at), ConsentEnd.UNDONE
        row.save(update_fields=["ended_at", "ended_as"])
        current().record(
            events.consent_ended(
                organization_id=row.organization_id, consent_id=row.pk, reason=str(ConsentEnd.UNDONE)
            )
        )
    rows.update(client=None)


def withdrawn(organization_id: int, agreed: Mapping[str, datetime]) -> frozenset[str]:
    """Those phones that `record` would refuse: they get no texts now, or opted out since they agreed (by phone: when)."""
    out = OptOut.objects.of(organization_id).filter(e164__in=agreed, is_in_force=True)
    stops = ConsentChange.objects.of(organization_id).filter(e164__in=agreed, kind=ConsentKind.OPTED_OUT)
    since = {e164 for e164, at in stops.values_list("e164", "at") if at >= agreed[e164]}
    return frozenset({*out.values_list("e164", flat=True), *since})


def holds(organization_id: int, e164: str, purpose: Purpose) -> bool:
    """Whether the phone agreed to texts of `purpose`, and that has not ended. Who agreed to offers agreed to texts about visits as well."""
    wanted = [Purpose.PROMOTIONAL] if purpose == Purpose.PROMOTIONAL else list(Purpose)
    standing = Consent.objects.of(organization_id).filter(e164=e164, ended_at__isnull=True)
    found: bool = standing.filter(purpose__in=wanted).exists()
    return found


def _require_not_withdrawn(organization_id: int, e164: str, agreed_at: datetime) -> None:
    if not withdrawn(organization_id, {e164: agreed_at}):
        return
    is_out = OptOut.objects.of(organization_id).filter(e164=e164, is_in_force=True).exists()
    raise OptedOut if is_out else ConsentWithdrawn
