"""The demo's business in the database: made once, found again the next time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.models import ProviderAccount, SendingLine, Sitter
from messaging.people import sitters
from snoutos.accounts import api_keys
from snoutos.accounts.models import User
from snoutos.devtools.demo import fixtures
from snoutos.ops import bootstrap

SEGMENTS_PER_SECOND = 20


@dataclass(frozen=True, slots=True)
class Business:
    """What the flow needs of it."""

    owner: User
    api_key: str


def open_business(at: datetime) -> Business:
    """Set up the business, with a key for the flow that expires by itself."""
    # A kept business of an earlier demo has the SID of then, which had a character too many.
    ProviderAccount.objects.filter(sid=fixtures.FORMER_ACCOUNT_SID).update(sid=fixtures.ACCOUNT_SID)
    bootstrap.set_up(bootstrap.Spec.from_json(fixtures.SPEC), at=at)
    owner = User.objects.get(email=fixtures.OWNER_EMAIL)
    # Each run's held text is a violation, and the third in 30 days locks the sitter: as an owner would, lift it.
    for sitter in Sitter.objects.of(owner.organization_id).filter(sending_locked_at__isnull=False):
        sitters.unlock(sitter, by=owner, at=at)
    SendingLine.objects.of(owner.organization_id).update(segments_per_second=SEGMENTS_PER_SECOND)
    key = api_keys.issue(
        owner, name="demo flow", scopes=list(api_keys.Scope.values), expires_at=at + timedelta(minutes=10)
    )
    return Business(owner, key.secret)
