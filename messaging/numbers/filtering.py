"""The guard against filtering: carriers that take a number's texts for spam take more of them for it the more of the same arrive.

Three phones within an hour whose texts were filtered (30007) or sent without a registration (30034) pause what automations send
over the number, until an owner lifts it. People's texts go on. Changing numbers is no way out: carriers look at the wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import alert_lifecycle
from audit.record import Actor, current, recording
from messaging import alerts, events, locks, publish
from messaging.errors import NotPossibleNow
from messaging.models import Delivery, MessageNumber
from messaging.models.deliveries import DeliveryState
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User

CODES = ("30007", "30034")
WITHIN = timedelta(hours=1)
FROM_PHONES = 3
# A shorter run of words is in any two texts.
SHORTEST_RUN = 3
# Reports come up to days after the text; the index is by when it was written.
_WRITTEN_WITHIN = timedelta(days=3)


def observe(delivery: Delivery) -> None:
    """See that the guard looks at the number of a delivery that just ended badly, once that is committed."""
    if delivery.error_code in CODES:
        publish.on_commit("messaging.tasks.guard_number", delivery.line.number_id)


def guard(number_id: int, at: datetime) -> bool:
    """Pause automations on the number when carriers filter it by now. Returns whether that is new.

    It is looked at after each such report was committed, one after the other: of three that come at once the last sees all.
    """
    with transaction.atomic(), recording(actor=Actor.system(), at=at):
        held = locks.number(number_id)
        phones = filtered(held, at).values("recipient").distinct().count()
        if held.filtered_at is not None or phones < FROM_PHONES:
            return False
        held.filtered_at = at
        held.save(update_fields=["filtered_at"])
        ids = {"organization_id": held.organization_id, "number_id": held.pk}
        current().record(events.number_filtered(**ids, recipients=phones))
        current().alert(alerts.number_filtered(**ids, phones=phones))
        return True


def guard_all(at: datetime) -> None:
    """A ring may be lost: every number with such a failure in the last hour is looked at."""
    lately = Delivery.objects.filter(
        error_code__in=CODES, finished_at__gt=at - WITHIN, created_at__gt=at - WITHIN
    )
    for number_id in set(lately.values_list("line__number_id", flat=True)):
        guard(number_id, at)


def lift(number: MessageNumber, *, by: User, at: datetime) -> MessageNumber:
    """Let automations text over `number` again; what was filtered until now counts no more. Raises NotPossibleNow when they may."""
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        if held.filtered_at is None:
            raise NotPossibleNow("Automations already text from this number.")
        held.filtered_at, held.filtering_lifted_at = None, at
        held.save(update_fields=["filtered_at", "filtering_lifted_at"])
        ids = {"organization_id": held.organization_id, "number_id": held.pk}
        current().record(events.number_filtering_lifted(**ids))
        alert_lifecycle.settle(
            alerts.number_filtered, organization_id=held.organization_id, subject_id=held.pk, at=at
        )
        return held


def filtered(number: MessageNumber, at: datetime) -> QuerySet[Delivery]:
    """The texts that carriers filtered in the hour before `at`, or before the number was paused for it; since it was last lifted."""
    until = number.filtered_at or at
    since = max(until - WITHIN, number.filtering_lifted_at or until - WITHIN)
    return Delivery.objects.filter(
        line__number=number,
        error_code__in=CODES,
        state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED],
        created_at__gt=since - _WRITTEN_WITHIN,
        finished_at__gt=since,
        finished_at__lte=at,
    )


def shared_wording(number: MessageNumber) -> str:
    """The longest run of words that the filtered texts of `number` have in common; "" when they share none worth naming.

    It is of texts, so it is for a page of whoever may read them, and for no alert and no event.
    """
    texts = filtered(number, timezone.now()).exclude(body="").order_by("-pk").values_list("body", flat=True)
    return longest_run([text.split() for text in texts[:10]])


def longest_run(texts: Sequence[Sequence[str]]) -> str:
    """The longest run of words that all of `texts` have, as the shortest of them writes it."""
    if len(texts) < 2:
        return ""
    shortest = min(texts, key=len)
    others = [_folded(text) for text in texts]
    for length in range(len(shortest), SHORTEST_RUN - 1, -1):
        runs = [
            {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
            for words in others
        ]
        for start in range(len(shortest) - length + 1):
            run = shortest[start : start + length]
            if all(tuple(_folded(run)) in of_text for of_text in runs):
                return " ".join(run)
    return ""


def _folded(words: Sequence[str]) -> list[str]:
    return [word.casefold() for word in words]
