"""Typed values from the environment: read once, refused with a sentence when they make no sense.

Every name is listed in `docs/deploying.md`. A value that is absent takes a default that is right for a developer's machine;
with DEBUG off no process starts on the keys among those defaults (`snoutos.ops.startup`).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from snoutos import embedded

DEVELOPMENT_SECRET = "development-only-secret-key-never-used-in-production"  # noqa: S105
DEVELOPMENT_FIELD_KEY = "ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1lbmNyeXB0LWs="
# The demo's keys are made anew for each clone, but lie in its folder; they carry this mark, so that nobody takes them into production.
DEMO_MARK = "demo-only-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment says. Secrets stay out of its repr."""

    debug: bool
    secret_key: str = field(repr=False)
    field_encryption_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    database_owner_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    public_base_url: str
    twilio_api_base_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: int
    email_url: str = field(repr=False)
    email_from: str
    media_root: str
    log_level: str
    times_divided_by: float
    web_processes: int
    webhook_processes: int
    live_processes: int
    send_threads: int
    work_processes: int


def is_public_secret(key: str) -> bool:
    """Whether anybody can read this SECRET_KEY somewhere: the source's, one that `startproject` makes, or none at all."""
    return not key.strip() or key.strip() == DEVELOPMENT_SECRET or key.startswith("django-insecure-")


def is_known_secret(key: str) -> bool:
    """Whether a SECRET_KEY is public or a demo's."""
    return is_public_secret(key) or key.startswith(DEMO_MARK)


def is_public_field_key(key: str) -> bool:
    """Whether a field encryption key is the source's."""
    return key.strip() == DEVELOPMENT_FIELD_KEY


def is_known_field_key(key: str) -> bool:
    """Whether a field encryption key is the source's or a demo's."""
    if is_public_field_key(key):
        return True
    try:
        return base64.urlsafe_b64decode(key.strip()).startswith(DEMO_MARK.encode())
    except ValueError:
        return False


def read(env: environ.Env | None = None) -> Environment:
    """Read the environment.

    Raises ImproperlyConfigured with one sentence that names the variable when a value cannot be used.
    """
    env = env or environ.Env()
    debug = env.bool("DEBUG", default=False)
    addresses = embedded.addresses()
    return Environment(
        debug=debug,
        secret_key=env.str("SECRET_KEY", default=DEVELOPMENT_SECRET),
        field_encryption_keys=tuple(env.list("FIELD_ENCRYPTION_KEYS", default=[DEVELOPMENT_FIELD_KEY])),
        database_url=_url(env, "DATABASE_URL", addresses.database_url, ("postgres", "postgresql", "psql")),
        database_owner_url=_url(
            env,
            "DATABASE_OWNER_URL",
            env.str("DATABASE_URL", default=addresses.database_owner_url),
            ("postgres", "postgresql", "psql"),
        ),
        redis_url=_url(env, "REDIS_URL", addresses.redis_url, ("redis", "rediss", "unix")),
        public_base_url=_public_base_url(env),
        twilio_api_base_url=_url(env, "TWILIO_API_BASE_URL", "", ("http", "https")).rstrip("/"),
        allowed_hosts=tuple(env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])),
        trusted_proxies=_not_negative(env, "TRUSTED_PROXIES", 0),
        email_url=env.str("EMAIL_URL", default="consolemail://"),
        email_from=_address(env, "EMAIL_FROM", "SnoutOS <snoutos@localhost>"),
        media_root=env.str("MEDIA_ROOT", default=str(embedded.home() / "media")),
        log_level=_one_of(env, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        times_divided_by=_at_least_one(env, "TIMES_DIVIDED_BY"),
        web_processes=_count(env, "WEB_PROCESSES", 2),
        webhook_processes=_count(env, "WEBHOOK_PROCESSES", 2),
        live_processes=_count(env, "LIVE_PROCESSES", 1),
        send_threads=_count(env, "SEND_THREADS", 32),
        work_processes=_count(env, "WORK_PROCESSES", 2),
    )


def _url(env: environ.Env, name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = env.str(name, default=default)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must begin with one of: {', '.join(s + '://' for s in schemes)}.")
    return str(value)


def _public_base_url(env: environ.Env) -> str:
    """The address the provider calls. Its signature covers it, so it has no path, query or trailing slash."""
    value = _url(env, "PUBLIC_BASE_URL", "http://127.0.0.1:8000", ("http", "https")).rstrip("/")
    parts = urlsplit(value)
    if not parts.netloc or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "PUBLIC_BASE_URL must be a scheme and a host only, such as https://texts.example.com."
        )
    return value


def _address(env: environ.Env, name: str, default: str) -> str:
    value = str(env.str(name, default=default))
    if "@" not in parseaddr(value)[1] or "\n" in value:
        raise ImproperlyConfigured(f"{name} must be an address such as SnoutOS <texts@example.com>.")
    return value


def _not_negative(env: environ.Env, name: str, default: int) -> int:
    value = env.int(name, default=default)
    if value < 0:
        raise ImproperlyConfigured(f"{name} must be zero or more.")
    return int(value)


def _count(env: environ.Env, name: str, default: int) -> int:
    value = env.int(name, default=default)
    if not 1 <= value <= 1000:
        raise ImproperlyConfigured(f"{name} must be a whole number from 1 to 1000.")
    return int(value)


def _at_least_one(env: environ.Env, name: str) -> float:
    value = env.float(name, default=1.0)
    if not 1 <= value <= 1000:
        raise ImproperlyConfigured(f"{name} must be a number from 1 to 1000.")
    return float(value)


def _one_of(env: environ.Env, name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = str(env.str(name, default=default)).upper()
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(allowed)}.")
    return value
