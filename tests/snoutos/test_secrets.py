"""Secrets at rest: unreadable in the database, readable with any of the keys, written with the first."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from messaging.models import ProviderAccount
from tests.factories import ProviderAccountFactory

pytestmark = pytest.mark.django_db


def _stored(account: ProviderAccount) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT auth_token FROM messaging_provideraccount WHERE id = %s", [account.pk])
        return str(cursor.fetchone()[0])


def test_a_token_is_not_in_the_database_as_it_is() -> None:
    account = ProviderAccountFactory(auth_token="a-very-secret-token")
    assert "a-very-secret-token" not in _stored(account)
    assert ProviderAccount.objects.get(pk=account.pk).auth_token == "a-very-secret-token"


def test_an_older_key_still_reads_and_rotation_lets_it_go(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = (old,)
    account = ProviderAccountFactory(auth_token="kept")
    settings.FIELD_ENCRYPTION_KEYS = (new, old)
    call_command("rotate_secrets", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = (new,)
    assert ProviderAccount.objects.get(pk=account.pk).auth_token == "kept"


def test_a_lost_key_is_said_in_a_sentence(settings: Any) -> None:
    account = ProviderAccountFactory(auth_token="kept")
    settings.FIELD_ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS is missing the key"):
        ProviderAccount.objects.get(pk=account.pk)
