"""A business' account at the provider. It is connected, and its credentials changed, only with what the provider has just taken.

`prove` asks the provider: never inside a transaction. `connect` and `change` write what was proven and ask nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import events as audit_events
from audit.record import Actor, current, recording
from messaging import events
from messaging.errors import MessagingError
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.permissions import MANAGE_PROVIDER
from messaging.providers.accounts import credentials_of, provider_for
from messaging.providers.base import AccountFault, Credentials, ProviderError
from snoutos.accounts.models import Organization, User
from snoutos.core.dberrors import saving

# The provider's SIDs: two letters and 32 characters.
_ACCOUNT_SID, _KEY_SID = re.compile(r"AC[0-9A-Za-z]{32,62}"), re.compile(r"SK[0-9A-Za-z]{32,62}")


class BadAccountSid(MessagingError):  # noqa: N818
    sentence = "That isn't an account SID: it starts with AC and has 34 characters. Copy it from your provider's console."
    code = "bad_account_sid"
    status = 422


class BadKeySid(MessagingError):  # noqa: N818
    sentence = "That isn't an API key SID: it starts with SK and has 34 characters. Leave both key fields empty if you don't use a key."
    code = "bad_key_sid"
    status = 422


class WrongCredentials(MessagingError):  # noqa: N818
    sentence = (
        "The provider doesn't accept this account SID with this auth token. Copy both from its console again."
    )
    code = "wrong_credentials"
    status = 422


class WrongApiKey(MessagingError):  # noqa: N818
    sentence = (
        "The account is right, but the provider doesn't accept the API key. Copy its SID and secret again, or leave "
        "both empty."
    )
    code = "wrong_api_key"
    status = 422


class AccountSuspended(MessagingError):  # noqa: N818
    sentence = (
        "The provider has suspended this account. Sign in to the provider to see why, and try again once it's "
        "active."
    )
    code = "account_suspended"
    status = 409


class AccountClosed(MessagingError):  # noqa: N818
    sentence = "This provider account is closed for good. Connect another one."
    code = "account_closed"
    status = 409


class ProviderSilent(MessagingError):  # noqa: N818
    sentence = "The provider isn't answering, so nothing was changed. Try again in a few minutes."
    code = "provider_silent"
    status = 409
    retry = True


class AccountInUse(MessagingError):  # noqa: N818
    sentence = "This account is already connected."
    code = "account_in_use"
    status = 409


_REFUSALS: dict[AccountFault | None, type[MessagingError]] = {
    AccountFault.CREDENTIALS: WrongCredentials,
    AccountFault.API_KEY: WrongApiKey,
    AccountFault.SUSPENDED: AccountSuspended,
    AccountFault.CLOSED: AccountClosed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Credentials that the provider took at `at`, and what it says about the account. `prove` alone makes one."""

    credentials: Credentials
    at: datetime
    name: str = ""
    balance: str = field(default="", repr=False)


def prove(credentials: Credentials, *, at: datetime) -> Proven:
    """Sign in with `credentials` as they stand; what came back. Its address is the installation's own.

    Raises a MessagingError of this module, whose sentence is for the owner, when they cannot be used.
    """
    credentials = replace(
        credentials, account_sid=credentials.account_sid.strip(), api_key_sid=credentials.api_key_sid.strip()
    )
    if not _ACCOUNT_SID.fullmatch(credentials.account_sid):
        raise BadAccountSid
    if credentials.api_key_sid and not _KEY_SID.fullmatch(credentials.api_key_sid):
        raise BadKeySid
    try:
        check = provider_for(credentials).check_credentials()
    except ProviderError as error:
        raise ProviderSilent from error
    if not check.works:
        raise _REFUSALS.get(check.fault, WrongCredentials)
    return Proven(credentials=credentials, at=at, name=check.name, balance=check.balance)


def connect(
    proven: Proven,
    *,
    organization: Organization,
    label: str = "",
    previous_auth_token: str = "",
    by: User | None,
) -> ProviderAccount:
    """The account becomes the business'. Raises AccountInUse when it is connected already, here or elsewhere."""
    MANAGE_PROVIDER.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=proven.at):
        account = ProviderAccount(
            organization=organization,
            sid=proven.credentials.account_sid,
            label=label,
            previous_auth_token=previous_auth_token,
            created_at=proven.at,
            proven_at=proven.at,
            **_secrets(proven.credentials),
        )
        with saving("provideraccount_unique_sid", AccountInUse):
            account.save()
        ids = {"organization_id": account.organization_id, "account_id": account.pk}
        current().record(events.account_connected(**ids))
        return account


def change(
    account: ProviderAccount,
    *,
    at: datetime,
    by: User | None,
    proven: Proven | None = None,
    label: str | None = None,
    previous_auth_token: str | None = None,
) -> ProviderAccount:
    """Other credentials, with `proven`, or another name or old token for the account. What is None stays.

    A line that was shut is asked about at once when there are other credentials. Raises ValueError when `proven` is of another account.
    """
    MANAGE_PROVIDER.require(by)
    wanted: dict[str, Any] = {} if proven is None else _secrets(proven.credentials)
    wanted |= {} if label is None else {"label": label}
    wanted |= {} if previous_auth_token is None else {"previous_auth_token": previous_auth_token}
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held: ProviderAccount = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if proven is not None and proven.credentials.account_sid != held.sid:
            raise ValueError("These are the credentials of another account.")
        changed = [name for name, value in wanted.items() if getattr(held, name) != value]
        for name in changed:
            setattr(held, name, wanted[name])
        if proven is not None:
            held.proven_at = proven.at
            if held.line_state != LineState.OPEN:
                held.probe_at = at
        held.save(update_fields=[*changed, "proven_at", "probe_at"])
        if proven is not None:
            current().record(events.account_proven(organization_id=held.organization_id, account_id=held.pk))
        if changed:
            fields = [f"provideraccount.{name}" for name in changed]
            current().record(
                audit_events.settings_changed(organization_id=held.organization_id, fields=fields)
            )
        return held


def check(account: ProviderAccount, *, by: User | None, at: datetime) -> ProviderAccount:
    """Ask the provider whether it takes the credentials that are saved. Raises what `prove` raises. Never inside a transaction."""
    MANAGE_PROVIDER.require(by)
    fresh = ProviderAccount.objects.get(pk=account.pk)
    return change(fresh, proven=prove(credentials_of(fresh), at=at), by=by, at=at)


def _secrets(credentials: Credentials) -> dict[str, str]:
    return {name: getattr(credentials, name) for name in SECRETS}


# What a column of the account and a field of the credentials are both called.
SECRETS = ("auth_token", "api_key_sid", "api_key_secret")
