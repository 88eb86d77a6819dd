"""System checks: what production refuses."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage
from django.db import connection

from snoutos.core.env import DEVELOPMENT_FIELD_KEY, DEVELOPMENT_SECRET
from snoutos.ops import checks


def _ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_a_field_key_must_be_a_key(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ("isn't a key",)
    assert _ids(checks.field_encryption_keys_are_keys(None)) == ["snoutos.E001"]
    settings.FIELD_ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
    assert checks.field_encryption_keys_are_keys(None) == []


def test_secrets_of_the_source_are_refused(settings: Any) -> None:
    settings.SECRET_KEY, settings.FIELD_ENCRYPTION_KEYS = DEVELOPMENT_SECRET, (DEVELOPMENT_FIELD_KEY,)
    assert _ids(checks.secrets_are_our_own(None)) == ["snoutos.E002", "snoutos.E003"]


def test_the_provider_must_call_over_https(settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "http://texts.example.com"
    assert _ids(checks.provider_calls_us_over_https(None)) == ["snoutos.E004"]
    settings.PUBLIC_BASE_URL = "https://texts.example.com"
    assert checks.provider_calls_us_over_https(None) == []


def test_times_must_be_as_written(settings: Any) -> None:
    settings.TIMES_DIVIDED_BY = 20.0
    assert _ids(checks.times_are_as_written(None)) == ["snoutos.E005"]
    settings.TIMES_DIVIDED_BY = 1.0
    assert checks.times_are_as_written(None) == []


def test_debug_must_be_off(settings: Any) -> None:
    settings.DEBUG = True
    assert _ids(checks.nothing_is_debugged(None)) == ["snoutos.E006"]
    settings.DEBUG = False
    assert checks.nothing_is_debugged(None) == []


@pytest.mark.django_db
def test_the_running_role_is_not_the_owner() -> None:
    assert checks.running_role_is_not_the_owner(None, databases=["default"]) == []


@pytest.mark.django_db
def test_a_running_role_that_owns_the_trail_is_warned_about() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert _ids(checks.running_role_is_not_the_owner(None, databases=["default"])) == ["snoutos.W001"]
