"""The same thing done with several numbers: what it would do to each and which are refused, before; what was done and what was not, after.

Each is done by the one verb there is, by itself: one that is refused keeps no other from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from messaging.errors import LastFrontDesk, NotPossibleNow
from messaging.models import Delivery, MessageNumber
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import NumberRole, NumberState
from messaging.numbers import front_desks, inventory, lifecycle, owned
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User
from snoutos.core.problems import Problem

AT_MOST = 50


class Deed(StrEnum):
    """What is done with each of them."""

    ROLE = "role"
    PAUSE = "pause"
    WEBHOOKS = "webhooks"
    LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would happen to one number; or why it is refused. `conversations` are open on it, `queued` texts have not left."""

    number: MessageNumber
    conversations: int
    queued: int
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done: to how many numbers, and to which not and why."""

    done: int
    refused: Sequence[tuple[MessageNumber, str]]


def preview(numbers: Sequence[MessageNumber], deed: Deed, *, role: str = "", at: datetime) -> list[Planned]:
    """What `do` would do to each, in its order. Asking changes nothing, and costs the same however many they are."""
    chosen = [one.pk for one in numbers]
    figures = inventory.with_figures(MessageNumber.objects.filter(pk__in=chosen), at)
    open_on = dict(figures.values_list("pk", "open_conversations"))
    waiting = Delivery.objects.filter(line__number__in=chosen, state=DeliveryState.QUEUED)
    queued: dict[int, int] = {}
    for pk in waiting.values_list("line__number_id", flat=True):
        queued[pk] = queued.get(pk, 0) + 1
    left = _front_desks(numbers)
    planned = []
    for one in numbers:
        refused = _refusal(one, deed, role, left)
        if not refused and _leaves_front_desk(one, deed, role):
            left -= 1
        planned.append(
            Planned(
                number=one,
                conversations=open_on.get(one.pk, 0),
                queued=queued.get(one.pk, 0),
                refused=refused,
            )
        )
    return planned


def do(
    numbers: Sequence[MessageNumber],
    deed: Deed,
    *,
    role: str = "",
    reason: str = "",
    label: str = "",
    by: User,
    at: datetime,
) -> Outcome:
    """Do it to each in turn. Webhooks ask the provider: never inside a transaction.

    Raises ReasonNeeded, before any is done, for a pause without a reason.
    """
    MANAGE_NUMBERS.require(by)
    if deed is Deed.PAUSE:
        lifecycle.require_reason(reason)
    deeds: dict[Deed, Callable[[MessageNumber], object]] = {
        Deed.ROLE: lambda number: _give_role(number, role, by, at),
        Deed.PAUSE: lambda number: lifecycle.quarantine(number, reason=reason, by=by, at=at),
        Deed.WEBHOOKS: lambda number: owned.set_webhooks(number, by=by, at=at),
        Deed.LABEL: lambda number: lifecycle.set_label(number, label=label, by=by, at=at),
    }
    refused: list[tuple[MessageNumber, str]] = []
    for number in numbers:
        try:
            deeds[deed](number)
        except Problem as problem:
            refused.append((number, problem.sentence))
    return Outcome(done=len(numbers) - len(refused), refused=refused)


def _give_role(number: MessageNumber, role: str, by: User, at: datetime) -> None:
    """A sitter's number stays theirs only when it stays a sitter's."""
    holder = number.sitter if role == NumberRole.SITTER else None
    lifecycle.set_role(number, role=role, sitter=holder, by=by, at=at)


def _front_desks(numbers: Sequence[MessageNumber]) -> int:
    """How many the business has in use."""
    if not numbers:
        return 0
    return front_desks.in_use(numbers[0].organization_id).count()


def _leaves_front_desk(number: MessageNumber, deed: Deed, role: str) -> bool:
    return front_desks.serves(number) and (
        deed is Deed.PAUSE or (deed is Deed.ROLE and role != NumberRole.FRONT_DESK)
    )


def _refusal(number: MessageNumber, deed: Deed, role: str, left: int) -> str:
    """As the verb would say it; empty when it would be done."""
    try:
        if deed is Deed.PAUSE:
            lifecycle.require_pausable(number)
        elif deed is Deed.ROLE:
            lifecycle.require_active(number)
        elif deed is Deed.LABEL:
            lifecycle.require_releasable(number)
        elif number.state == NumberState.RETIRED:
            raise NotPossibleNow("This number is released, so its texts no longer come here.")
        if _leaves_front_desk(number, deed, role) and left < 2:
            raise LastFrontDesk
    except Problem as problem:
        return problem.sentence
    return ""
