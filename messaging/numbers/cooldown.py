"""The cooldown of a paused number: as long as the business' settings say, never cut short where people know the number, ended by itself.

Whoever still has the number would otherwise write to somebody else's conversation (docs/decisions/0021-cooldown-of-numbers.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction
from django.db.models.functions import Greatest

from audit.record import Actor, current, recording
from messaging import alerts, events, locks
from messaging.errors import CoolingDown
from messaging.models import MessageNumber, Participant, ProviderAccount
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import LeftReason
from snoutos.core import timefmt

log = structlog.get_logger(__name__)


def ends(number: MessageNumber, at: datetime) -> datetime:
    """When the cooldown of `number` is over, if it is paused at `at`."""
    return at + timedelta(days=number.organization.number_cooldown_days)


def is_known(number: MessageNumber) -> bool:
    """Whether a person ever took part in a conversation over it."""
    return Participant.objects.filter(number=number).exists()


def require_unknown(number: MessageNumber, at: datetime) -> None:
    """Raise CoolingDown, with the end, when people know the paused `number`."""
    if not is_known(number):
        return
    if number.quarantined_until is None:
        raise CoolingDown(
            "People know this number, so it isn't used again at once. Pause it once more: that starts its cooldown."
        )
    until = timefmt.date_of(number.quarantined_until, number.organization.zone, at)
    raise CoolingDown(
        f"People know this number, so it stays paused until {until}. Then it's a pool number by itself."
    )


def require_over(e164: str, account_sid: str, at: datetime) -> None:
    """Raise CoolingDown, with the end, for a number that the business of the account released while its cooldown was running: whoever
    still has it would be met by its next use, in a new row.
    """
    business = ProviderAccount.objects.filter(sid=account_sid).values("organization")
    released = MessageNumber.objects.filter(
        organization__in=business, e164=e164, state=NumberState.RETIRED, quarantined_until__gt=at
    )
    for number in released.select_related("organization").order_by("-quarantined_until"):
        if is_known(number):
            until = timefmt.date_of(number.quarantined_until, number.organization.zone, at)
            raise CoolingDown(
                f"This number was paused and people still know it, so it can't be used before {until}."
            )


def end_due(at: datetime) -> None:
    """Every paused number whose cooldown is over at `at` is a pool number; one that somebody holds waits for the next time."""
    due = MessageNumber.objects.filter(state=NumberState.QUARANTINED, quarantined_until__lte=at)
    for pk in due.order_by("quarantined_until", "pk").values_list("pk", flat=True):
        try:
            _end(pk, at)
        except DatabaseError as error:
            # One that cannot be ended must not keep the others from it.
            log.warning("cooldown.not_ended", number_id=pk, error=type(error).__name__)


def _end(pk: int, at: datetime) -> None:
    """Conversations that were left on it end there, as on a number that was released: to its next use they mean nothing."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        held = locks.free_number(pk)
        if held is None or held.state != NumberState.QUARANTINED:
            return
        if held.quarantined_until is None or held.quarantined_until > at:
            return
        left = Participant.objects.filter(number=held, left_at__isnull=True).update(
            left_at=Greatest("joined_at", at), left_reason=LeftReason.LINE_RELEASED
        )
        held.state, held.role, held.sitter = NumberState.ACTIVE, NumberRole.POOL, None
        held.quarantined_until, held.state_reason = None, ""
        held.save(update_fields=["state", "role", "sitter", "quarantined_until", "state_reason"])
        ids = {"organization_id": held.organization_id, "number_id": held.pk}
        current().record(events.number_cooldown_ended(**ids, threads=left))
        current().alert(alerts.number_cooldown_ended(**ids))
