"""Which lane conversations are in, by the number they are on; and which of a visit's conversations an automation speaks in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F, OuterRef, Subquery

from automations.engine.matcher import in_lane, lane_of
from messaging.models import AssignmentWindow, Participant, Thread, Visit
from messaging.models.threads import ThreadState


def of_threads(pks: Iterable[int]) -> dict[int, str]:
    """The lane of each of the conversations, by its id. One query."""
    outside = Participant.objects.filter(thread=OuterRef("pk"), role__in=("client", "unknown"))
    latest = outside.order_by(F("left_at").desc(nulls_first=True), "-id").values("number__role")[:1]
    rows = Thread.objects.filter(pk__in=list(pks)).annotate(number_role=Subquery(latest))
    return {
        pk: lane_of(thread_kind=kind, number_role=role or "")
        for pk, kind, role in rows.values_list("pk", "kind", "number_role")
    }


def leading(visits: Sequence[Visit], lane: str) -> Mapping[int, AssignmentWindow]:
    """For each visit, by its id, the window by whose conversation an automation of `lane` hears of it: once, however many conversations the
    client has. Of those in the lane an open one, then the one that had a text last. Visits that reach none are left out. Two queries.
    """
    rows = list(
        AssignmentWindow.objects.filter(visit__in=visits, canceled_at__isnull=True).select_related("thread")
    )
    lanes = of_threads({row.thread_id for row in rows})
    fitting: dict[int, list[AssignmentWindow]] = defaultdict(list)
    for row in rows:
        if in_lane(lane, of_thread=lanes.get(row.thread_id)):
            fitting[row.visit_id].append(row)
    return {pk: max(found, key=_standing) for pk, found in fitting.items()}


def _standing(window: AssignmentWindow) -> tuple[bool, float, int]:
    thread: Thread = window.thread
    spoken = thread.last_message_at.timestamp() if thread.last_message_at is not None else 0.0
    return thread.state == ThreadState.OPEN, spoken, window.pk
