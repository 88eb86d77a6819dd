"""What a number is used for: conversations on it, texts over it in seven days, when it was last used, and what was done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, F, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from audit.models import AuditEvent
from audit.registry import VERBS
from messaging.models import Delivery, Message, MessageNumber, Participant
from messaging.models.messages import MessageState
from messaging.models.threads import Role, ThreadState

WITHIN = timedelta(days=7)
HISTORY = 20


def with_figures(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """`rows` of numbers, each with `open_conversations` (clients' and strangers'), `texts_out` and `texts_in` of the seven days before
    `at`, and `last_used_at`. One statement, however many numbers there are.
    """
    since = at - WITHIN
    on_it = Participant.objects.filter(number=OuterRef("pk"), role__in=[Role.CLIENT, Role.UNKNOWN])
    talking = on_it.filter(left_at__isnull=True, thread__state=ThreadState.OPEN)
    sent = Delivery.objects.filter(line__number=OuterRef("pk"), created_at__gt=since, sent_at__isnull=False)
    # By way of the conversations that moved lately: texts have no index by their time.
    said = Message.objects.filter(
        thread__last_message_at__gt=since,
        thread__participants__number=OuterRef("pk"),
        thread__participants=F("participant"),
        state=MessageState.RECEIVED,
        created_at__gt=since,
    )
    figured: QuerySet[Any] = rows.annotate(
        open_conversations=_count(talking, "number"),
        texts_out=_count(sent, "line__number"),
        texts_in=_count(said, "participant__number"),
        last_used_at=Subquery(
            Participant.objects.filter(number=OuterRef("pk"))
            .order_by()
            .values("number")
            .annotate(last=Max("thread__last_message_at"))
            .values("last"),
            output_field=DateTimeField(),
        ),
    )
    return figured


def history(number: MessageNumber) -> list[AuditEvent]:
    """The last twenty things that were done with the number or happened to it, newest first."""
    verbs = [code for code, verb in VERBS.items() if verb.subject == "number"]
    events = AuditEvent.objects.filter(
        organization_id=number.organization_id, verb__in=verbs, subject_kind="number", subject_id=number.pk
    )
    return list(events.order_by("-id")[:HISTORY])


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
