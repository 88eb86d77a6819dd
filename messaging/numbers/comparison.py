"""What SnoutOS has with the provider is compared every night, and whenever an owner asks
(docs/decisions/0032-compared-with-the-provider.md).

The provider is asked outside every transaction; what it said is then compared with what stands here, and written.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow, ProviderNotAnswering
from messaging.models import MessageNumber, ProviderAccount
from messaging.models.numbers import NumberState
from messaging.numbers import addresses, differences, registration
from messaging.numbers.accounts import ProviderSilent
from messaging.numbers.compare import OurNumber, Ours, Theirs, compare
from messaging.numbers.differences import Changed
from messaging.permissions import COMPARE_PROVIDER
from messaging.providers.accounts import provider_of
from messaging.providers.base import Provider, ProviderError
from snoutos.accounts.models import Organization, User

log = structlog.get_logger(__name__)

# In the business' night, spread over three hours by the account.
FROM_HOUR, OVER_MINUTES = 2, 180
# The provider did not answer: once more, the same night.
AGAIN_IN = timedelta(hours=1)
AT_ONCE, ROUND_SECONDS = 50, 60.0


def run(account: ProviderAccount, *, by: User | None, at: datetime) -> Changed:
    """Compare now, and read how the carriers know the numbers. Never inside a transaction. `by` None: the nightly tick, which tells of what
    still differs too.

    Raises ProviderSilent when the provider could not be asked; nothing changes then but that this is noted. NotPossibleNow when the account
    was changed meanwhile.
    """
    COMPARE_PROVIDER.require(by)
    fresh: ProviderAccount = ProviderAccount.objects.get(pk=account.pk)
    try:
        theirs = ask(provider_of(fresh), fresh.messaging_service_sid)
    except ProviderError as error:
        ProviderAccount.objects.filter(pk=fresh.pk).update(comparison_failed_at=at)
        raise ProviderSilent from error
    changed = _write(fresh, theirs, by, at)
    if theirs.fault is None:
        _read_registrations(fresh, at)
    return changed


def _write(fresh: ProviderAccount, theirs: Theirs, by: User | None, at: datetime) -> Changed:
    """Compare what the provider said with what stands here now. Raises NotPossibleNow when the account was changed meanwhile."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held: ProviderAccount = ProviderAccount.objects.select_for_update(no_key=True).get(pk=fresh.pk)
        if held.messaging_service_sid != fresh.messaging_service_sid:
            # What was read is of the former one.
            raise NotPossibleNow("The account was changed a moment ago. Compare again.")
        changed = differences.store(held, compare(_ours(held, asked_at=at), theirs), at=at, tells=by is None)
        if theirs.service is not None:
            note_members(held, theirs.service.numbers)
        held.compared_at, held.comparison_failed_at = at, None
        held.save(update_fields=["compared_at", "comparison_failed_at"])
        ids = {"organization_id": held.organization_id, "account_id": held.pk}
        current().record(
            events.account_compared(**ids, new=changed.new, gone=changed.gone, differences=changed.now)
        )
        return changed


def _read_registrations(account: ProviderAccount, at: datetime) -> None:
    """How the carriers know the numbers is the provider's to say as well. Where it doesn't answer, the daily reading asks again."""
    try:
        registration.refresh(account, at)
    except ProviderNotAnswering:
        log.warning("comparison.registrations_not_read", account_id=account.pk)


def ask(provider: Provider, service_sid: str) -> Theirs:
    """What the provider has of the account. Raises ProviderError when it does not say."""
    check = provider.check_credentials()
    if check.fault is not None:
        return Theirs(fault=check.fault)
    service = provider.fetch_service(service_sid) if service_sid else None
    return Theirs(numbers=provider.list_numbers(), service=service)


def run_due(at: datetime) -> int:
    """The nightly tick: every account whose night has come. Returns how many were compared; one that fails keeps no other from it."""
    active = ProviderAccount.objects.filter(organization__is_active=True).select_related("organization")
    due = active.filter(Q(compare_at__isnull=True) | Q(compare_at__lte=at)).order_by("compare_at", "pk")
    done, ends = 0, time.monotonic() + ROUND_SECONDS
    for account in due[:AT_ONCE]:
        if time.monotonic() > ends:
            break
        if _take_turn(account, at):
            done += _guarded(account, at)
    return done


def next_night(organization: Organization, account_id: int, at: datetime) -> datetime:
    """The account's moment of the night that comes after `at`: between 2:00 and 5:00 where the business is."""
    local = at.astimezone(organization.zone)
    spread = timedelta(minutes=account_id * 37 % OVER_MINUTES)
    tonight = local.replace(hour=FROM_HOUR, minute=0, second=0, microsecond=0, fold=0) + spread
    return tonight if tonight > local else tonight + timedelta(days=1)


def note_members(account: ProviderAccount, numbers: frozenset[str]) -> None:
    """Which numbers are in the pool of the account's messaging service: their texts name it."""
    mine = MessageNumber.objects.filter(account=account)
    mine.filter(e164__in=numbers, in_service=False).update(in_service=True)
    mine.exclude(e164__in=numbers).filter(in_service=True).update(in_service=False)


def _take_turn(account: ProviderAccount, at: datetime) -> bool:
    """Set the next night before asking, so that no other tick asks too. A new account waits for its first night."""
    mine = ProviderAccount.objects.filter(pk=account.pk, compare_at=account.compare_at)
    if account.compare_at is None:
        mine = ProviderAccount.objects.filter(pk=account.pk, compare_at__isnull=True)
    night = next_night(account.organization, account.pk, at)
    return bool(locks.update_free(mine, compare_at=night)) and account.compare_at is not None


def _guarded(account: ProviderAccount, at: datetime) -> bool:
    try:
        run(account, by=None, at=at)
    except (ProviderSilent, NotPossibleNow):
        ProviderAccount.objects.filter(pk=account.pk).update(compare_at=at + AGAIN_IN)
        return False
    except Exception as error:
        # One that cannot be compared must not keep the others from it. The error's words may quote a number: only its type is kept.
        log.error("comparison.failed", account_id=account.pk, error=type(error).__name__)
        return False
    return True


def _ours(account: ProviderAccount, *, asked_at: datetime) -> Ours:
    rows = MessageNumber.objects.filter(account=account, given_up_at__isnull=True)
    columns = ("pk", "e164", "state", "created_at", "webhooks_set_at")
    return Ours(
        numbers=[
            OurNumber(
                id=pk,
                e164=e164,
                in_use=state != NumberState.RETIRED,
                since_set=created_at > asked_at or (set_at is not None and set_at > asked_at),
            )
            for pk, e164, state, created_at, set_at in rows.order_by("pk").values_list(*columns)
        ],
        addresses=addresses.wanted(),
        service_sid=account.messaging_service_sid,
    )
