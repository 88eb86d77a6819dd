"""A client who agrees, as the office writes it down."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from messaging.consent import given
from messaging.consent.given import Given
from messaging.models import ClientPhone, Consent
from messaging.models.consent import ConsentChannel, Purpose
from snoutos.accounts.models import User


def agree(
    phone: ClientPhone, *, by: User, purpose: Purpose = Purpose.SERVICE, at: datetime | None = None
) -> Consent:
    """They agreed in person, now unless said otherwise."""
    now = timezone.now()
    said = Given(
        purpose=purpose, channel=ConsentChannel.VERBAL, at=at or now, wording="Yes, text me about Biscuit"
    )
    return given.record(phone, said, by=by, at=now)
