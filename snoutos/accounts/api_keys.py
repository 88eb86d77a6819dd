"""API keys: issued once, stored hashed, compared in constant time, never able to do more than their user may."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import TextChoices

from snoutos.accounts.models import ApiKey, User


class Scope(TextChoices):
    """What a key may be used for, within what its user may do."""

    READ = "read", "Read"
    SEND = "send", "Send texts"
    WINDOWS = "windows", "Manage windows"
    REVIEW = "review", "Review held texts"
    EVENTS = "events", "Report events"
    AUTOMATIONS = "automations", "Manage automations"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key and its secret, which can be shown this once."""

    key: ApiKey
    secret: str = field(repr=False)


def issue(user: User, *, name: str, scopes: list[str], expires_at: datetime | None = None) -> Issued:
    """Create a key for `user`. Raises ValueError for an unknown scope or a user without an organization."""
    unknown = set(scopes) - set(Scope.values)
    if unknown:
        raise ValueError(f"Unknown scope: {', '.join(sorted(unknown))}. Known: {', '.join(Scope.values)}.")
    if user.organization_id is None:
        raise ValueError("An operator belongs to no organization and can have no API key.")
    prefix = secrets.token_hex(4)
    secret = f"snout_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        organization_id=user.organization_id,
        user=user,
        name=name,
        prefix=prefix,
        digest=_digest(secret),
        scopes=scopes,
        expires_at=expires_at,
    )
    return Issued(key, secret)


def find(secret: str, at: datetime) -> ApiKey | None:
    """The usable key that `secret` opens, or None. Notes its use at most once a minute."""
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != "snout":
        return None
    key: ApiKey | None = ApiKey.objects.select_related("user__organization").filter(prefix=parts[1]).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)) or not _usable(key, at):
        return None
    if key.last_used_at is None or at - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return key


def _usable(key: ApiKey, at: datetime) -> bool:
    organization = key.user.organization
    return (
        key.revoked_at is None
        and (key.expires_at is None or key.expires_at > at)
        and key.user.is_active
        and organization is not None
        and organization.is_active
    )


def _digest(secret: str) -> str:
    # A key has 256 random bits: a slow hash would protect nothing more.
    return hashlib.sha256(secret.encode()).hexdigest()
