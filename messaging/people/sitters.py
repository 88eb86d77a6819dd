"""Sitters: added, and unlocked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import alert_lifecycle
from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow, PhoneInUse
from messaging.models import Sitter
from messaging.people import claiming, ownership
from messaging.people.phones import parse
from messaging.permissions import ONBOARD_SITTER
from policy import alerts as policy_alerts
from policy import events as policy_events
from snoutos.accounts.models import Organization, User
from snoutos.core.dberrors import saving


def create_sitter(
    *,
    organization: Organization,
    name: str,
    phone: str = "",
    user: User | None = None,
    by: User | None,
    at: datetime,
) -> Sitter:
    """A new sitter. What their phone wrote to the front desk as an unknown sender is the office's conversation with them.

    Raises BadPhone; PhoneInUse when the phone is somebody else's, PhoneIsForAlerts when alerts go to it.
    """
    e164 = parse(phone) if phone else ""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        if e164:
            locks.phone(organization.pk, e164)
            ownership.require_free(organization.pk, e164, member=user)
        sitter = Sitter(
            organization=organization,
            name=name.strip(),
            phone=e164,
            user=user,
            created_at=at,
        )
        with saving("sitter_unique_phone_per_organization", PhoneInUse):
            sitter.save()
        claiming.by_sitter(sitter)
        current().record(events.people_sitter_created(organization_id=organization.pk, sitter_id=sitter.pk))
        return sitter


def rejoin(sitter: Sitter, *, by: User, at: datetime) -> Sitter:
    """A sitter who left works for the business again, with their card as it was. What ended when they left stays ended.

    Raises NotAllowed; NotPossibleNow when they never left.
    """
    ONBOARD_SITTER.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        if sitter.phone:
            locks.phone(sitter.organization_id, sitter.phone)
        if not Sitter.objects.filter(pk=sitter.pk, is_active=False).update(is_active=True):
            raise NotPossibleNow("This sitter works for you already.")
        current().record(events.sitter_onboarded(organization_id=sitter.organization_id, sitter_id=sitter.pk))
        fresh: Sitter = Sitter.objects.get(pk=sitter.pk)
        claiming.by_sitter(fresh)
        return fresh


def unlock(sitter: Sitter, *, by: User, at: datetime) -> Sitter:
    """Lift a sitter's lock: the ladder begins anew. Raises NotPossibleNow when they are not locked."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        lifted = Sitter.objects.filter(pk=sitter.pk, sending_locked_at__isnull=False).update(
            sending_locked_at=None, lock_lifted_at=at
        )
        if not lifted:
            raise NotPossibleNow("This sitter isn't locked.")
        current().record(
            policy_events.policy_sitter_unlocked(organization_id=sitter.organization_id, sitter_id=sitter.pk)
        )
        for kind in (policy_alerts.sitter_locked, policy_alerts.policy_repeat):
            alert_lifecycle.settle(kind, organization_id=sitter.organization_id, subject_id=sitter.pk, at=at)
        fresh: Sitter = Sitter.objects.get(pk=sitter.pk)
        return fresh
