"""What the environment may say, and what is refused with a sentence."""

from __future__ import annotations

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from snoutos.core import env


def _read(**values: str) -> env.Environment:
    class Only(environ.Env):  # type: ignore[misc]
        ENVIRON = values

    return env.read(Only())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///db"),
        ("DATABASE_OWNER_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("TWILIO_API_BASE_URL", "ftp://x"),
        ("PUBLIC_BASE_URL", "texts.example.com"),
        ("PUBLIC_BASE_URL", "https://texts.example.com/path"),
        ("PUBLIC_BASE_URL", "https://texts.example.com?x=1"),
        ("LOG_LEVEL", "loud"),
        ("TRUSTED_PROXIES", "-1"),
        ("EMAIL_FROM", "nobody"),
        ("TIMES_DIVIDED_BY", "0.5"),
        ("TIMES_DIVIDED_BY", "1001"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        _read(**{name: value})


def test_a_trailing_slash_does_not_matter() -> None:
    assert _read(PUBLIC_BASE_URL="https://texts.example.com/").public_base_url == "https://texts.example.com"


def test_one_database_role_may_do_both() -> None:
    read = _read(DATABASE_URL="postgres://one@host/db")
    assert read.database_owner_url == read.database_url


def test_without_anything_the_embedded_servers_are_meant() -> None:
    read = _read()
    assert read.database_url.startswith("postgres://snoutos@")
    assert read.database_owner_url.startswith("postgres://snoutos_owner@")


def test_secrets_are_not_in_its_repr() -> None:
    read = _read(
        SECRET_KEY="do-not-show", FIELD_ENCRYPTION_KEYS="nor-this", DATABASE_URL="postgres://u:pw9@h/d"
    )
    assert not any(secret in repr(read) for secret in ("do-not-show", "nor-this", "pw9"))
