"""The messaging service of an account: a pool of numbers at the provider. Texts of numbers in it name it beside their own number.

`prepare`, `set_up` ask the provider: never inside a transaction. `use` and `stop_using` write what was prepared and ask nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit import events as audit_events
from audit.record import Actor, current, recording
from messaging.errors import MessagingError
from messaging.models import ProviderAccount
from messaging.numbers import accounts, addresses, comparison
from messaging.permissions import MANAGE_PROVIDER, REPAIR_PROVIDER
from messaging.providers.accounts import credentials_of, provider_for
from messaging.providers.base import NOT_FOUND, Credentials, MessagingService, ProviderError
from snoutos.accounts.models import User

_SID = re.compile(r"MG[0-9A-Za-z]{32}")


class BadServiceSid(MessagingError):  # noqa: N818
    sentence = "That isn't a messaging service SID: it starts with MG and has 34 characters. Leave it empty if you have none."
    code = "bad_service_sid"
    status = 422


class NoSuchService(MessagingError):  # noqa: N818
    sentence = "Your provider account has no messaging service with this SID. Copy it from the provider's console again."
    code = "service_not_found"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedService:
    """A service that the account has, and whose texts the provider sends to us. `prepare` alone makes one."""

    account_sid: str
    service: MessagingService


def prepare(credentials: Credentials, sid: str) -> PreparedService:
    """See at the provider that the account has the service, and let its texts come to us.

    Raises BadServiceSid, NoSuchService, WrongCredentials, ProviderSilent.
    """
    if not _SID.fullmatch(sid):
        raise BadServiceSid
    return PreparedService(account_sid=credentials.account_sid, service=_set(credentials, sid))


def set_up(account: ProviderAccount, sid: str) -> MessagingService:
    """Set the addresses of the service again, and Sticky Sender. Raises NoSuchService, WrongCredentials, ProviderSilent."""
    return _set(credentials_of(account), sid)


def use(account: ProviderAccount, prepared: PreparedService, *, by: User | None, at: datetime) -> None:
    """Texts of the service's numbers name it from now on. Raises ValueError when it was prepared for another account."""
    MANAGE_PROVIDER.require(by)
    if prepared.account_sid != account.sid:
        raise ValueError("The service was prepared for another account.")
    _write(account, prepared.service.sid, prepared.service.numbers, by=by, at=at)


def stop_using(account: ProviderAccount, *, by: User | None, at: datetime) -> None:
    """Texts name no service any more; at the provider nothing changes."""
    REPAIR_PROVIDER.require(by)
    _write(account, "", frozenset(), by=by, at=at)


def _set(credentials: Credentials, sid: str) -> MessagingService:
    try:
        return provider_for(credentials).configure_service(sid, addresses.wanted())
    except ProviderError as error:
        if error.code == NOT_FOUND:
            raise NoSuchService from error
        if error.circuit:
            raise accounts.WrongCredentials from error
        raise (accounts.ProviderSilent() if error.retry else MessagingError(error.sentence)) from error


def _write(
    account: ProviderAccount, sid: str, numbers: frozenset[str], *, by: User | None, at: datetime
) -> None:
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held: ProviderAccount = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        comparison.note_members(held, numbers)
        if held.messaging_service_sid == sid:
            return
        held.messaging_service_sid = sid
        held.save(update_fields=["messaging_service_sid"])
        fields = ["provideraccount.messaging_service_sid"]
        current().record(audit_events.settings_changed(organization_id=held.organization_id, fields=fields))
