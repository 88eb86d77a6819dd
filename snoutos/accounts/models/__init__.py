"""Organizations, the people and systems that sign in to them, and their keys."""

from snoutos.accounts.models.keys import ApiKey, IdempotentRequest
from snoutos.accounts.models.organizations import (
    NumberLanguage,
    Organization,
    every_language,
    validate_timezone,
)
from snoutos.accounts.models.password_links import PasswordLink
from snoutos.accounts.models.signing_in import SignInCount, UnlockLink
from snoutos.accounts.models.users import NOBODYS_ADDRESS, User, UserManager

__all__ = [
    "NOBODYS_ADDRESS",
    "ApiKey",
    "IdempotentRequest",
    "NumberLanguage",
    "Organization",
    "PasswordLink",
    "SignInCount",
    "UnlockLink",
    "User",
    "UserManager",
    "every_language",
    "validate_timezone",
]
