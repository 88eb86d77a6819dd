"""What the owner records about consent: a client who said it on the phone or in person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, recording
from messaging.consent.standing import Change, apply
from messaging.models import OptOut
from messaging.models.consent import ConsentKind, ConsentSource
from snoutos.accounts.models import Organization, User


def opt_out(organization: Organization, e164: str, *, by: User, at: datetime) -> OptOut:
    """Stop every text to `e164`, over all numbers, as of `at`."""
    return _record(organization, e164, ConsentKind.OPTED_OUT, by, at)


def opt_in(organization: Organization, e164: str, *, by: User, at: datetime) -> OptOut:
    """Allow texts to `e164` again, as of `at`. A block at the provider stays until the phone itself texts START."""
    return _record(organization, e164, ConsentKind.OPTED_IN, by, at)


@transaction.atomic
def _record(organization: Organization, e164: str, kind: ConsentKind, by: User, at: datetime) -> OptOut:
    with recording(actor=Actor.user(by.pk)):
        applied = apply(
            Change(
                organization_id=organization.pk,
                e164=e164,
                kind=kind,
                source=ConsentSource.OWNER,
                at=at,
                by=by,
            )
        )
    assert applied.standing is not None  # noqa: S101  (only HELP leaves none)
    return applied.standing
