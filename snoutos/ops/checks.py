"""System checks with ids. Production (`check --deploy`) refuses what is right for a developer's machine only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connections

from snoutos.core.env import is_known_field_key, is_known_secret


@register(Tags.security)
def field_encryption_keys_are_keys(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """snoutos.E001: every field encryption key can encrypt."""
    for key in settings.FIELD_ENCRYPTION_KEYS or [""]:
        try:
            Fernet(key)
        except ValueError:
            return [
                Error(
                    "FIELD_ENCRYPTION_KEYS contains something that isn't a key.",
                    hint="Make one with: python -c "
                    '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
                    id="snoutos.E001",
                )
            ]
    return []


@register(Tags.security, deploy=True)
def secrets_are_our_own(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """snoutos.E002, E003: production uses no secret of the source or of a demo. Processes refuse to start with one, too."""
    found: list[CheckMessage] = []
    if is_known_secret(settings.SECRET_KEY):
        found.append(Error("SECRET_KEY is the one from the source or the demo.", id="snoutos.E002"))
    if any(map(is_known_field_key, settings.FIELD_ENCRYPTION_KEYS)):
        found.append(
            Error("FIELD_ENCRYPTION_KEYS contains a key from the source or a demo.", id="snoutos.E003")
        )
    return found


@register(Tags.security, deploy=True)
def provider_calls_us_over_https(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """snoutos.E004: the public address is https, because the provider sends people's texts to it."""
    if settings.PUBLIC_BASE_URL.startswith("https://"):
        return []
    return [
        Error("PUBLIC_BASE_URL must begin with https:// in production.", id="snoutos.E004"),
    ]


@register(Tags.security, deploy=True)
def times_are_as_written(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """snoutos.E005: leases, retries and look-ups take the time they are meant to take; only a rehearsal shortens them."""
    if settings.TIMES_DIVIDED_BY == 1:
        return []
    return [Error("TIMES_DIVIDED_BY must be 1 in production.", id="snoutos.E005")]


@register(Tags.security, deploy=True)
def nothing_is_debugged(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """snoutos.E006: no pages with settings in them, and no webhooks to this machine itself."""
    if not settings.DEBUG:
        return []
    return [Error("DEBUG must be off in production.", id="snoutos.E006")]


@register(Tags.database)
def running_role_is_not_the_owner(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """snoutos.W001: the running role may not rewrite the audit trail. A member of the owner role could."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE relname = 'audit_auditevent'"
        )
        row = cursor.fetchone()
    if row is None or not row[0]:
        return []
    return [
        CheckWarning(
            "The running database role owns the audit table, so it could rewrite the trail.",
            hint="Set DATABASE_OWNER_URL to the role that migrates and DATABASE_URL to a plain one.",
            id="snoutos.W001",
        )
    ]
