"""Secrets at rest: encrypted with the first of FIELD_ENCRYPTION_KEYS, readable with any of them.

To rotate, put a new key in front, deploy, run `manage.py rotate_secrets`, then drop the old key.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _cipher() -> MultiFernet:
    return _cipher_of(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=8)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: str) -> str:
    """Return `plain` encrypted for the database; the empty string stays empty."""
    return _cipher().encrypt(plain.encode()).decode() if plain else ""


def decrypt(stored: str) -> str:
    """Return the plain text of `stored`.

    Raises ImproperlyConfigured when none of FIELD_ENCRYPTION_KEYS can read it.
    """
    if not stored:
        return ""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(
            "A stored secret can't be read: FIELD_ENCRYPTION_KEYS is missing the key it was written with."
        ) from error


class SecretField(models.TextField):  # type: ignore[type-arg]
    """A text column that holds ciphertext; Python sees the plain text."""

    description = "encrypted text"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))
