"""The front desk, where strangers reach a business: the only one that is in use stays."""

from __future__ import annotations

from django.db.models import QuerySet

from messaging import locks
from messaging.errors import LastFrontDesk, NotPossibleNow
from messaging.models import MessageNumber
from messaging.models.numbers import NumberRole, NumberState


def hold_dispensable(number: MessageNumber) -> MessageNumber:
    """`number`, exclusively, for whatever takes it out of use or gives it another role.

    A front desk is held together with the others, so that of two taken out at once one stays. Raises LastFrontDesk, or NotPossibleNow
    when it became a front desk a moment ago.
    """
    role = MessageNumber.objects.values_list("role", flat=True).get(pk=number.pk)
    if role == NumberRole.FRONT_DESK:
        rows = locks.front_desks_with(number)
        held = rows.pop(number.pk)
        if serves(held) and not rows:
            raise LastFrontDesk
        return held
    held = locks.number(number.pk)
    if serves(held):
        raise NotPossibleNow
    return held


def is_last(number: MessageNumber) -> bool:
    """Whether `number` is the only front desk in use. Nothing is held: what a verb decides by is `hold_dispensable`."""
    return serves(number) and not in_use(number.organization_id).exclude(pk=number.pk).exists()


def in_use(organization_id: int) -> QuerySet[MessageNumber]:
    """The front desks that the business has in use."""
    mine: QuerySet[MessageNumber] = MessageNumber.objects.of(organization_id)
    return mine.filter(role=NumberRole.FRONT_DESK, state=NumberState.ACTIVE)


def serves(number: MessageNumber) -> bool:
    """Whether `number` is a front desk in use."""
    return number.role == NumberRole.FRONT_DESK and number.state == NumberState.ACTIVE
