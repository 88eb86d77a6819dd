"""What differs at the provider is put right from here, and compared once more: whether it helped is the provider's word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events
from messaging.errors import NotPossibleNow
from messaging.models import MessageNumber, ProviderDifference
from messaging.models.differences import DifferenceKind as Kind
from messaging.numbers import comparison, owned, services
from messaging.numbers.differences import Changed
from messaging.permissions import REPAIR_PROVIDER
from snoutos.accounts.models import User


def repair(difference: ProviderDifference, *, by: User | None, at: datetime) -> Changed:
    """Put it right at the provider (or here, for a service that is gone), and compare. Never inside a transaction.

    Raises NotPossibleNow for a kind that SnoutOS can't repair, or what the repair raises: NotOwned, ProviderSilent, WrongCredentials.
    """
    REPAIR_PROVIDER.require(by)
    kind = Kind(difference.kind)
    if kind not in _REPAIRS:
        raise NotPossibleNow("SnoutOS can't repair this by itself. Do what it says beside it.")
    _REPAIRS[kind](difference, by, at)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        ids = {"organization_id": difference.organization_id, "account_id": difference.account_id}
        current().record(events.account_difference_repaired(**ids, kind=kind.value))
    return comparison.run(difference.account, by=by, at=at)


def _set_webhooks(difference: ProviderDifference, by: User | None, at: datetime) -> None:
    owned.set_webhooks(MessageNumber.objects.get(differences=difference), by=by, at=at)


def _set_service(difference: ProviderDifference, by: User | None, at: datetime) -> None:
    services.set_up(difference.account, difference.account.messaging_service_sid)


def _stop_using_service(difference: ProviderDifference, by: User | None, at: datetime) -> None:
    services.stop_using(difference.account, by=by, at=at)


_Repair = Callable[[ProviderDifference, User | None, datetime], None]
_REPAIRS: dict[Kind, _Repair] = {
    Kind.TEXTS: _set_webhooks,
    Kind.BACKUP: _set_webhooks,
    Kind.CALLS: _set_webhooks,
    Kind.SERVICE_TEXTS: _set_service,
    Kind.SERVICE_BACKUP: _set_service,
    Kind.SERVICE_SENDER: _set_service,
    Kind.SERVICE_GONE: _stop_using_service,
}
