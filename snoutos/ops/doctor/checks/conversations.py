"""Conversations: places in a thread, who is at the other end, what waits for review, pictures that are really there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest

from messaging.models import Call, Message, MessageMedia, Thread, Voicemail
from messaging.models.files import MediaState
from messaging.models.messages import HeldReason, MessageState
from messaging.models.threads import Role
from policy.models import Violation
from snoutos.ops.doctor.registry import Broken, check


@check(
    "thread.position_differs",
    subject="thread",
    wrong="Its message count isn't the position of its last message or call",
    do="the next text may collide with an earlier one: report it",
)
def position_differs(at: datetime) -> Broken:
    rows = Thread.objects.annotate(highest=Greatest(_highest(Message), _highest(Call))).exclude(
        last_position=F("highest")
    )
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


def _highest(entries: type[Message] | type[Call]) -> Coalesce:
    """The last position of a thread that one of `entries` has, or 0."""
    of_thread = entries.objects.filter(thread=OuterRef("pk")).order_by().values("thread")
    return Coalesce(Subquery(of_thread.annotate(highest=Max("position")).values("highest")), 0)


@check(
    "thread.two_outside_parties",
    subject="thread",
    wrong="Two outside phones take part in it at once",
    do="do not write into it: an answer may reach the wrong person. Report it at once",
)
def two_outside_parties(at: datetime) -> Broken:
    outside = Q(participants__left_at=None, participants__role__in=[Role.CLIENT, Role.UNKNOWN])
    rows = Thread.objects.annotate(parties=Count("participants", filter=outside)).filter(parties__gt=1)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "message.held_without_violation",
    subject="message",
    wrong="Is held because of a finding, but the finding isn't recorded",
    do="the owner can still decide about it in Review; report it",
)
def held_without_violation(at: datetime) -> Broken:
    found = Violation.objects.filter(message=OuterRef("pk"))
    held = Message.objects.filter(state=MessageState.HELD, held_reason=HeldReason.FINDING)
    return held.filter(~Exists(found)).order_by("pk").values_list("pk", flat=True).iterator()


@check(
    "media.missing_from_storage",
    subject="media",
    wrong="Counts as saved, but its file isn't in storage",
    do="check that MEDIA_ROOT is the volume used before, or restore it from the backup",
)
def missing_from_storage(at: datetime) -> Iterator[int]:
    kept = MessageMedia.objects.filter(state=MediaState.KEPT).order_by("pk").values_list("pk", "file")
    for media_id, name in kept.iterator():
        if not name or not default_storage.exists(name):
            yield media_id


@check(
    "voicemail.missing_from_storage",
    subject="call",
    wrong="Its voicemail counts as saved, but the file isn't in storage",
    do="check that MEDIA_ROOT is the volume used before, or restore it from the backup",
)
def voicemail_missing_from_storage(at: datetime) -> Iterator[int]:
    kept = Voicemail.objects.filter(state=MediaState.KEPT).order_by("pk").values_list("call_id", "file")
    for call_id, name in kept.iterator():
        if not name or not default_storage.exists(name):
            yield call_id
