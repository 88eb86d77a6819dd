"""The differences that the last comparison found, as rows, and the alert about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audit import alert_lifecycle
from audit.record import current
from messaging import alerts
from messaging.models import MessageNumber, ProviderAccount, ProviderDifference
from messaging.models.differences import KNOWN_TO_HAPPEN, OF_THE_ACCOUNT, URGENT, DifferenceKind
from messaging.numbers.compare import Difference

# What a text had proven before is no proof any more.
_UNREACHED = frozenset({DifferenceKind.TEXTS, DifferenceKind.NUMBER_GONE})


@dataclass(frozen=True, slots=True)
class Changed:
    """What a comparison changed: how many differences are new, how many are gone, and how many there are now."""

    new: int
    gone: int
    now: int


def store(account: ProviderAccount, found: Sequence[Difference], *, at: datetime, tells: bool) -> Changed:
    """Keep `found` as what differs now, inside the caller's transaction and recording block; the account's row is held.

    A fault of the account hides the rest, which then stays as it was. `tells`: the alert is raised once more also when nothing is new.
    """
    kept = {(one.kind, one.e164): one for one in _rows(account)}
    faulty = any(one.kind in OF_THE_ACCOUNT for one in found)
    looked_at = {key: row for key, row in kept.items() if not faulty or key[0] in OF_THE_ACCOUNT}
    wanted = {(one.kind, one.e164): one for one in found}
    gone = [row.pk for key, row in looked_at.items() if key not in wanted]
    new = [one for key, one in wanted.items() if key not in kept]
    ProviderDifference.objects.filter(pk__in=gone).delete()
    ProviderDifference.objects.bulk_create(
        ProviderDifference(
            organization_id=account.organization_id,
            account=account,
            kind=one.kind,
            e164=one.e164,
            number_id=one.number_id,
            since=at,
        )
        for one in new
    )
    gone_elsewhere = [one.number_id for one in new if one.number_id and one.kind in _UNREACHED]
    MessageNumber.objects.filter(pk__in=gone_elsewhere).update(webhooks_proven_at=None)
    _tell(account, at, anew=tells or any(one.kind not in KNOWN_TO_HAPPEN for one in new))
    return Changed(len(new), len(gone), len(kept) - len(gone) + len(new))


def forget(number: MessageNumber, at: datetime) -> None:
    """A number that is released differs no more. Inside the caller's transaction and recording block."""
    deleted, _ = ProviderDifference.objects.filter(number=number).delete()
    if deleted:
        _tell(ProviderAccount.objects.get(pk=number.account_id), at, anew=False)


def _rows(account: ProviderAccount) -> list[ProviderDifference]:
    return list(ProviderDifference.objects.filter(account=account).order_by("pk"))


def _tell(account: ProviderAccount, at: datetime, *, anew: bool) -> None:
    """The one alert about the account says how many differ, and is settled when none is left."""
    kinds = [DifferenceKind(row.kind) for row in _rows(account) if row.kind not in KNOWN_TO_HAPPEN]
    ids = {"organization_id": account.organization_id, "account_id": account.pk}
    if not kinds:
        alert_lifecycle.settle(
            alerts.provider_differs,
            organization_id=account.organization_id,
            subject_id=account.pk,
            at=at,
        )
        return
    notice = alerts.provider_differs(
        **ids, differences=len(kinds), urgent=sum(kind in URGENT for kind in kinds)
    )
    if anew:
        current().alert(notice)
    else:
        alert_lifecycle.reword(notice)
