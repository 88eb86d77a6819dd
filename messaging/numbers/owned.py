"""Numbers that the business owns at the provider, and how they come into use here.

`listing` and `prepare` ask the provider: never inside a transaction. `add` writes what was prepared and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events
from messaging.errors import MessagingError, NotPossibleNow, NumberInUse
from messaging.models import MessageNumber, ProviderAccount, Sitter
from messaging.models.numbers import NumberRole, NumberState
from messaging.numbers import accounts, addresses, cooldown, lifecycle
from messaging.permissions import MANAGE_NUMBERS
from messaging.providers.accounts import credentials_of, provider_for
from messaging.providers.base import NOT_FOUND, Credentials, ListedNumber, ProviderError
from snoutos.accounts.models import User


class NotOwned(MessagingError):  # noqa: N818
    sentence = (
        "Your provider account doesn't own this number. Check its digits and the account, or buy it first."
    )
    code = "number_not_owned"
    status = 422


class CannotText(MessagingError):  # noqa: N818
    sentence = (
        "At the provider this number is for calls only: it can't send or get texts. Choose another one."
    )
    code = "number_cannot_text"
    status = 422


class SitterMissing(MessagingError):  # noqa: N818
    sentence = "Only a number with the role Sitter has a sitter. Change the role, or leave the sitter out."
    code = "number_has_no_sitter"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A number that the account owns, and `used`: the number of ours it is in use as. `taken`: in use, though not by this business."""

    sid: str
    e164: str = field(repr=False)
    name: str = field(repr=False)
    can_text: bool
    used: MessageNumber | None = None
    taken: bool = False

    @property
    def is_free(self) -> bool:
        return not self.hindrance

    @property
    def hindrance(self) -> str:
        """Why it can't be added, as a page says it; empty when it can."""
        if self.used is not None:
            return f"In use: {self.used.label or self.used.get_role_display()}"
        if self.taken:
            return "In use elsewhere"
        return "" if self.can_text else "For calls only: it can't text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A number that the account owns and whose texts the provider sends to us since `at`. `prepare` alone makes one."""

    account_sid: str
    e164: str = field(repr=False)
    at: datetime


def listing(account: ProviderAccount, *, by: User | None) -> list[Owned]:
    """Every number that the account owns at the provider, those that can be added first. Raises what `asking` raises."""
    MANAGE_NUMBERS.require(by)
    try:
        listed = provider_for(credentials_of(account)).list_numbers()
    except ProviderError as error:
        raise asking(error) from error
    in_use = MessageNumber.objects.exclude(state=NumberState.RETIRED).select_related("sitter")
    here = {one.e164: one for one in in_use.filter(e164__in=[one.e164 for one in listed])}
    found = [_owned(one, here.get(one.e164), account) for one in listed]
    return sorted(found, key=lambda one: (not one.is_free, one.e164))


def prepare(credentials: Credentials, e164: str, *, at: datetime) -> Prepared:
    """See at the provider that the account owns `e164`, and let its texts come to us.

    They are kept from then on, and processed when the number is added. Raises NumberInUse, CoolingDown, NotOwned, CannotText, or what
    `asking` raises.
    """
    if MessageNumber.objects.exclude(state=NumberState.RETIRED).filter(e164=e164).exists():
        raise NumberInUse
    cooldown.require_over(e164, credentials.account_sid, at)
    try:
        number = provider_for(credentials).configure_number(e164, addresses.wanted())
    except ProviderError as error:
        raise asking(error) from error
    if not number.can_sms:
        raise CannotText
    return Prepared(account_sid=credentials.account_sid, e164=number.e164, at=at)


def add(
    prepared: Prepared,
    *,
    account: ProviderAccount,
    role: str,
    label: str = "",
    sitter: Sitter | None = None,
    by: User | None,
    at: datetime,
) -> MessageNumber:
    """The number comes into use. Raises SitterMissing and NumberInUse; ValueError when it was prepared for another account."""
    if prepared.account_sid != account.sid:
        raise ValueError("The number was prepared for another account.")
    if sitter is not None and role != NumberRole.SITTER:
        raise SitterMissing
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        number = lifecycle.add(
            account=account, e164=prepared.e164, role=role, label=label, sitter=sitter, by=by, at=at
        )
        number.webhooks_set_at = prepared.at
        number.save(update_fields=["webhooks_set_at"])
        current().record(
            events.number_webhooks_set(organization_id=number.organization_id, number_id=number.pk)
        )
        return number


def set_webhooks(number: MessageNumber, *, by: User | None, at: datetime) -> MessageNumber:
    """Let the provider call us for the number, again. Never inside a transaction.

    Raises NotPossibleNow for a released number, NotOwned, or what `asking` raises.
    """
    MANAGE_NUMBERS.require(by)
    if number.state == NumberState.RETIRED:
        raise NotPossibleNow("This number is released, so its texts no longer come here.")
    account = ProviderAccount.objects.get(pk=number.account_id)
    try:
        provider_for(credentials_of(account)).configure_number(number.e164, addresses.wanted())
    except ProviderError as error:
        raise asking(error) from error
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        MessageNumber.objects.filter(pk=number.pk).update(
            webhooks_set_at=at, webhooks_proven_at=None, proof_asked_at=None
        )
        current().record(
            events.number_webhooks_set(organization_id=number.organization_id, number_id=number.pk)
        )
    return MessageNumber.objects.get(pk=number.pk)


def asking(error: ProviderError) -> MessagingError:
    """What a question that the provider did not answer means to the owner."""
    if error.code == NOT_FOUND:
        return NotOwned()
    if error.circuit:
        return accounts.WrongCredentials()
    return accounts.ProviderSilent() if error.retry else MessagingError(error.sentence)


def _owned(listed: ListedNumber, used: MessageNumber | None, account: ProviderAccount) -> Owned:
    own = used is not None and used.organization_id == account.organization_id
    return Owned(
        sid=listed.sid,
        e164=listed.e164,
        name=listed.name,
        can_text=listed.can_sms,
        used=used if own else None,
        taken=used is not None and not own,
    )
