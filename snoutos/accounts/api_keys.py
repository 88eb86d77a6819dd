"""API keys: issued once, stored hashed, compared in constant time, never able to do more than their user may.

People issue their own, so that what a key did was done by the person it names. Owners issue those of systems, and those of
sitters, who have no page to issue one on (`HANDED_OVER`).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextChoices

from snoutos.accounts.hashing import digest_of_key
from snoutos.accounts.models import ApiKey, User
from snoutos.accounts.permissions import MANAGE_API_KEYS, MANAGE_OWN_KEYS, NotAllowed
from snoutos.accounts.roles import Role
from snoutos.core.problems import Problem

HANDED_OVER = (Role.INTEGRATION, Role.SITTER)
"""The roles whose keys an owner issues and hands over."""


class IssuesTheirOwn(Problem):
    sentence = "Owners and staff issue their own keys, under Your keys. Choose an integration or a sitter."
    code = "issues_own_keys"
    status = 403


class Scope(TextChoices):
    """What a key may be used for, within what its user may do."""

    READ = "read", "Read"
    SEND = "send", "Send texts"
    WINDOWS = "windows", "Manage visits"
    REVIEW = "review", "Review held texts"
    EVENTS = "events", "Report events"
    AUTOMATIONS = "automations", "Manage automations"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key and its secret, which can be shown this once."""

    key: ApiKey
    secret: str = field(repr=False)


def issue_by(
    by: User, *, user: User, name: str, scopes: list[str], expires_at: datetime | None = None
) -> Issued:
    """A key for `user`, issued by `by`: for themselves, or by an owner for a system or a sitter of their business.

    Raises NotAllowed, IssuesTheirOwn, and what `issue` raises. Holds the member's row, so that they keep the role meanwhile.
    """
    with transaction.atomic():
        held = (
            User.objects.select_for_update(no_key=True, of=("self",))
            .select_related("organization")
            .get(pk=user.pk)
        )
        if held.pk == by.pk:
            MANAGE_OWN_KEYS.require(held)
        else:
            MANAGE_API_KEYS.require(by)
            if held.organization_id != by.organization_id or not held.is_active:
                raise NotAllowed
            if held.role not in HANDED_OVER:
                raise IssuesTheirOwn
        return issue(held, name=name, scopes=scopes, expires_at=expires_at)


def revoke(key: ApiKey, at: datetime) -> bool:
    """End `key` for good; False when it was revoked before."""
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at))


def revoke_handed_over(user: User, at: datetime) -> list[ApiKey]:
    """Revoke every key of `user`, whose role is no longer one that keys are handed over to: the owner has seen them."""
    keys = list(ApiKey.objects.filter(user=user, revoked_at=None).order_by("pk").select_for_update())
    return [key for key in keys if revoke(key, at)]


def issue(user: User, *, name: str, scopes: list[str], expires_at: datetime | None = None) -> Issued:
    """Create a key for `user`, whoever asks: for commands of the operator. `issue_by` is for people.

    Raises ValueError for an unknown scope or a user without an organization.
    """
    unknown = set(scopes) - set(Scope.values)
    if unknown:
        raise ValueError(f"Unknown scope: {', '.join(sorted(unknown))}. Known: {', '.join(Scope.values)}.")
    if user.organization_id is None:
        raise ValueError("An operator belongs to no organization and can't have an API key.")
    prefix = secrets.token_hex(4)
    secret = f"snout_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        organization_id=user.organization_id,
        user=user,
        name=name,
        prefix=prefix,
        digest=digest_of_key(secret),
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
    if key is None or not hmac.compare_digest(key.digest, digest_of_key(secret)) or not _usable(key, at):
        return None
    if key.last_used_at is None or at - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return key


def note_network(key: ApiKey, network: str) -> bool:
    """Remember that `key` was used from `network`; False when somebody did at the same moment."""
    held = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if network in held.networks:
        return False
    held.networks = [*held.networks, network][-100:]
    held.save(update_fields=["networks"])
    return True


def _usable(key: ApiKey, at: datetime) -> bool:
    organization = key.user.organization
    return (
        key.revoked_at is None
        and (key.expires_at is None or key.expires_at > at)
        and key.user.is_active
        and organization is not None
        and organization.is_active
    )
