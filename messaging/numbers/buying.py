"""Numbers bought at the provider, and given back there.

All of it asks the provider: never inside a transaction. A number is never bought twice: whether the account owns it already is asked
first, and a call whose outcome nobody knows is looked up among the account's numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import MessagingError, NotPossibleNow
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import NumberState
from messaging.numbers import addresses, cooldown, owned
from messaging.numbers.owned import Prepared
from messaging.permissions import MANAGE_NUMBERS
from messaging.providers.accounts import credentials_of, provider_of
from messaging.providers.base import (
    Bought,
    NotBought,
    OfferedNumber,
    ProviderError,
    PurchaseRefusal,
)
from snoutos.accounts.models import User

AT_MOST = 20
_AREA, _PART = re.compile(r"[2-9]\d\d"), re.compile(r"[0-9A-Za-z]{2,10}")


class BadSearch(MessagingError):  # noqa: N818
    sentence = "Search by a US area code, such as 415, or by 2 to 10 digits or letters that the number has."
    code = "bad_number_search"
    status = 422


class NumberNotBought(MessagingError):  # noqa: N818
    """`told`: what the provider said, for a reason that has no words of ours."""

    sentence = "The provider didn't sell this number."
    code = "number_not_bought"
    status = 409

    def __init__(self, reason: PurchaseRefusal, told: str = "") -> None:
        said = f" It says: {told}" if told else ""
        super().__init__(_NOT_BOUGHT.get(reason, f"{self.sentence}{said}"))
        self.reason = reason


class PurchaseOpen(MessagingError):  # noqa: N818
    sentence = (
        "The provider didn't say whether it sold you this number, and it isn't among yours yet. Don't buy another: wait a "
        "few minutes, and see whether the provider lists it when you add numbers."
    )
    code = "purchase_unknown"
    status = 409
    retry = False


_NOT_BOUGHT = {
    PurchaseRefusal.GONE: "Someone else just got this number. Search again and choose another.",
    PurchaseRefusal.BALANCE: "Your balance at the provider is too low. Add money there, then buy the number.",
    PurchaseRefusal.PERMISSION: "Your provider account may not buy numbers. Check it, and its API key, at the provider.",
    PurchaseRefusal.PAPERS: "The provider needs an address or a regulatory bundle for this number. Add it there, or choose another.",
    PurchaseRefusal.TRIAL: "A trial account can't have more numbers. Upgrade it at the provider first.",
    PurchaseRefusal.LATER: "The provider isn't answering, so nothing was bought. Try again in a few minutes.",
}


def search(
    account: ProviderAccount, *, area_code: str = "", contains: str = "", by: User | None
) -> Sequence[OfferedNumber]:
    """Numbers that can be bought now, at most 20. Raises BadSearch, or what `owned.asking` raises."""
    MANAGE_NUMBERS.require(by)
    area_code, contains = area_code.strip(), contains.strip()
    if not (area_code or contains):
        raise BadSearch
    if (area_code and not _AREA.fullmatch(area_code)) or (contains and not _PART.fullmatch(contains)):
        raise BadSearch
    try:
        return provider_of(account).search_numbers(area_code=area_code, contains=contains, limit=AT_MOST)
    except ProviderError as error:
        raise owned.asking(error) from error


def buy(account: ProviderAccount, e164: str, *, by: User | None, at: datetime) -> Prepared:
    """The account owns the number, and its texts come to us: what `owned.add` takes. Recorded when it was bought by this.

    Raises NumberNotBought when it was surely not bought, PurchaseOpen when nobody knows, or what `owned.prepare` raises.
    """
    MANAGE_NUMBERS.require(by)
    cooldown.require_over(e164, account.sid, at)
    provider = provider_of(account)
    try:
        if provider.find_number(e164) is not None:
            return owned.prepare(credentials_of(account), e164, at=at)
    except ProviderError as error:
        raise owned.asking(error) from error
    outcome = provider.buy_number(e164, addresses.wanted())
    if isinstance(outcome, NotBought):
        raise NumberNotBought(outcome.reason, outcome.message)
    if not isinstance(outcome, Bought):
        _look_up(account, e164)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        current().record(
            events.account_number_bought(organization_id=account.organization_id, account_id=account.pk)
        )
    return owned.prepare(credentials_of(account), e164, at=at)


def give_up(number: MessageNumber, *, by: User | None, at: datetime) -> MessageNumber:
    """Give a released number back at the provider, for good. One that the account does not own any more is noted as given back.

    Raises NotPossibleNow unless it is released, and while it is in use again; or what `owned.asking` raises.
    """
    MANAGE_NUMBERS.require(by)
    _require_released(number)
    account = ProviderAccount.objects.get(pk=number.account_id)
    try:
        provider_of(account).release_number(number.e164)
    except ProviderError as error:
        raise owned.asking(error) from error
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        if held.given_up_at is None:
            held.given_up_at = at
            held.save(update_fields=["given_up_at"])
            current().record(events.number_given_up(organization_id=held.organization_id, number_id=held.pk))
        return held


def _look_up(account: ProviderAccount, e164: str) -> None:
    """Raise PurchaseOpen unless the account owns the number."""
    try:
        found = provider_of(account).find_number(e164)
    except ProviderError as error:
        raise PurchaseOpen from error
    if found is None:
        raise PurchaseOpen


def _require_released(number: MessageNumber) -> None:
    fresh = MessageNumber.objects.get(pk=number.pk)
    if fresh.state != NumberState.RETIRED:
        raise NotPossibleNow("Release the number here first: then nothing is sent from it anymore.")
    if MessageNumber.objects.exclude(state=NumberState.RETIRED).filter(e164=fresh.e164).exists():
        raise NotPossibleNow("This number is in use again, so it stays at the provider.")
