"""Whether the US carriers know a number: read from the provider once a day, and asked before every text.

A long code without an approved brand and campaign (10DLC) reaches nobody: carriers block it and the provider answers 30034. So nothing is
sent over a number that is *known* to be unregistered or suspended. What is not known, or still being reviewed, blocks nothing.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from audit import alert_lifecycle
from audit.record import Actor, current, recording
from messaging import alerts, events, locks
from messaging.errors import ProviderNotAnswering
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import LineState, NumberState, Registered
from messaging.permissions import MANAGE_NUMBERS
from messaging.providers.accounts import provider_of
from messaging.providers.base import ProviderError, Registration
from snoutos.accounts.models import User

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(hours=24)
AFTER_A_FAILURE = timedelta(hours=1)
AT_ONCE = 50
SECONDS = 60.0
_BARS = frozenset({Registered.UNREGISTERED, Registered.SUSPENDED})


def standing(brand_state: str, campaign_state: str) -> Registered:
    """Both in one word: the campaign's, unless the brand is worse off than a review."""
    if brand_state == Registered.SUSPENDED and campaign_state != Registered.UNREGISTERED:
        return Registered.SUSPENDED
    return Registered(campaign_state)


def bars(brand_state: str, campaign_state: str) -> bool:
    """Whether nothing may be sent: the carriers are known not to take it. A toll-free number is never barred, only warned of."""
    return brand_state != Registered.EXEMPT and standing(brand_state, campaign_state) in _BARS


def means(number: MessageNumber) -> str:
    """What that comes to, in a sentence for the owner."""
    stands = standing(number.brand_state, number.campaign_state)
    if number.brand_state == Registered.EXEMPT and stands != Registered.EXEMPT:
        return _TOLL_FREE[stands]
    if stands == Registered.UNREGISTERED and number.brand_state in (Registered.PENDING, Registered.APPROVED):
        brand = "is registered" if number.brand_state == Registered.APPROVED else "is being reviewed"
        return f"Your brand {brand}, but the number is in no approved campaign, so carriers block its texts and nothing is sent. {_ADD_IT}"
    return _MEANS[stands]


_GUIDE = "See “Registering with the carriers” in the guide to connecting your provider."
_ADD_IT = "Add it to your campaign's messaging service at the provider, then check again."
_MEANS = {
    Registered.UNKNOWN: "SnoutOS asks the provider once a day. Until it knows, texts go out.",
    Registered.EXEMPT: "Numbers like this one need no registration with US carriers.",
    Registered.UNREGISTERED: "US carriers block texts from numbers that aren't registered, so nothing is sent. "
    f"Register your business and a campaign at the provider. {_GUIDE}",
    Registered.PENDING: "The carriers are reviewing it. Texts go out, and some carriers may block them until it's approved.",
    Registered.APPROVED: "US carriers know your brand and campaign.",
    Registered.SUSPENDED: "The carriers suspended it, so nothing is sent. Sign in to the provider to see why.",
}
_TOLL_FREE = {
    Registered.UNKNOWN: _MEANS[Registered.UNKNOWN],
    Registered.EXEMPT: _MEANS[Registered.EXEMPT],
    Registered.UNREGISTERED: "This toll-free number isn't verified, or was turned down: carriers block most of its texts. "
    "Verify it at the provider.",
    Registered.PENDING: "Its toll-free verification is being reviewed. Carriers may block texts until it's approved.",
    Registered.APPROVED: "This toll-free number is verified.",
    Registered.SUSPENDED: "Its toll-free verification was suspended. Sign in to the provider to see why.",
}


def refresh(account: ProviderAccount, at: datetime) -> int:
    """Read how the numbers of `account` are registered and write down what is different; how many that are. Calls the provider: never
    inside a transaction. Raises ProviderNotAnswering; then everything stays as it was known.
    """
    try:
        listed = {one.e164: one for one in provider_of(account).list_registrations()}
    except ProviderError as error:
        raise ProviderNotAnswering from error
    numbers = MessageNumber.objects.of(account.organization_id).filter(account=account)
    ids = list(numbers.exclude(state=NumberState.RETIRED).order_by("pk").values_list("pk", "e164"))
    changed = sum(_write(pk, listed[e164], at) for pk, e164 in ids if e164 in listed)
    ProviderAccount.objects.filter(pk=account.pk).update(registrations_due_at=at + AGAIN_AFTER)
    return changed


def check(number: MessageNumber, *, by: User, at: datetime) -> None:
    """Ask now, for all the numbers of its account. Raises NotAllowed or ProviderNotAnswering."""
    MANAGE_NUMBERS.require(by)
    refresh(number.account, at)


def refresh_due() -> None:
    """Ask about every account whose day is over, the longest waiting first. One that does not answer is asked again in an hour."""
    accounts = ProviderAccount.objects.filter(organization__is_active=True, line_state=LineState.OPEN)
    due = accounts.filter(Q(registrations_due_at__isnull=True) | Q(registrations_due_at__lte=Now()))
    ends = time.monotonic() + SECONDS
    for account in due.order_by(F("registrations_due_at").asc(nulls_first=True), "pk")[:AT_ONCE]:
        if time.monotonic() > ends:
            return
        try:
            if _take_turn(account):
                refresh(account, timezone.now())
        except Exception as error:
            # One that cannot be asked must not keep the others from it. The error's words may quote a credential: only its type is kept.
            log.error("registration.not_read", account_id=account.pk, error=type(error).__name__)


def _take_turn(account: ProviderAccount) -> bool:
    """Set the next time before the call, so that no other tick makes it too and a killed one is not missed."""
    was = account.registrations_due_at
    due = Q(registrations_due_at__isnull=True) if was is None else Q(registrations_due_at=was)
    mine = ProviderAccount.objects.filter(due, pk=account.pk)
    return bool(locks.update_free(mine, registrations_due_at=Now() + AFTER_A_FAILURE))


def _write(pk: int, listed: Registration, at: datetime) -> bool:
    """Write one number's registration down; whether it is another. Its alert comes and goes with it."""
    brand, campaign = Registered(str(listed.brand)), Registered(str(listed.campaign))
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        held = locks.number(pk)
        before = (held.brand_state, held.campaign_state)
        held.brand_state, held.campaign_state, held.registration_read_at = brand, campaign, at
        held.save(update_fields=["brand_state", "campaign_state", "registration_read_at"])
        if before == (brand, campaign):
            return False
        ids = {"organization_id": held.organization_id, "number_id": held.pk}
        was, now = standing(*before), standing(brand, campaign)
        current().record(events.number_registration_changed(**ids, from_state=str(was), to_state=str(now)))
        _alert(held, was, now, at)
        return True


def _alert(held: MessageNumber, was: Registered, now: Registered, at: datetime) -> None:
    ids = {"organization_id": held.organization_id, "number_id": held.pk}
    is_bad = now in _BARS
    if is_bad and was != now:
        barred = bars(held.brand_state, held.campaign_state)
        current().alert(
            alerts.number_unregistered(**ids, suspended=now == Registered.SUSPENDED, stops=barred)
        )
    elif not is_bad:
        alert_lifecycle.settle(
            alerts.number_unregistered, organization_id=held.organization_id, subject_id=held.pk, at=at
        )
