"""What needs the owner now: one query of counts for the menu and the strip above the inbox, one for the
alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from audit.models import UNFINISHED, Alert, Severity
from automations.models import Automation
from messaging.alerting import channels
from messaging.models import Delivery, Message, Revocation, Thread, ThreadRead, WebhookReceipt
from messaging.models.consent import RevocationState
from messaging.models.deliveries import DeliveryState
from messaging.models.messages import MessageState
from messaging.models.receipts import ReceiptState
from messaging.models.threads import ThreadState
from snoutos.accounts.models import Organization, User

TROUBLE_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for one person. `unread` counts conversations, `hearing` the addresses by which alerts are proven to leave."""

    unread: int = 0
    held: int = 0
    revocations: int = 0
    oldest_held_at: datetime | None = None
    alerts: int = 0
    critical: int = 0
    parked: int = 0
    failed: int = 0
    receipts: int = 0
    stuck: int = 0
    hearing: int = 0

    @property
    def to_review(self) -> int:
        """Texts that wait for a decision: held ones, and those that may ask for no more texts."""
        return self.held + self.revocations

    @property
    def not_in(self) -> int:
        """Requests of the provider that were not taken in: they wait for a number, or failed."""
        return self.receipts + self.stuck

    @property
    def troubled(self) -> int:
        """Deliveries that the owner may do something about."""
        return self.parked + self.failed


def unread(threads: QuerySet[Thread], user: User) -> QuerySet[Thread]:
    """Those whose newest text for the owner this person has not seen."""
    read = ThreadRead.objects.filter(
        user=user, thread=OuterRef("pk"), position__gte=OuterRef("owner_position")
    )
    return threads.filter(~Exists(read), owner_position__gt=0, state=ThreadState.OPEN)


def troubled(at: datetime) -> QuerySet[Delivery]:
    """Deliveries that did not arrive and that nobody has dealt with: parked ones, and the last week's
    failures."""
    recent = Q(
        state__in=[DeliveryState.FAILED, DeliveryState.UNDELIVERED], created_at__gte=at - TROUBLE_LASTS
    )
    found: QuerySet[Delivery] = Delivery.objects.filter(
        Q(state=DeliveryState.PARKED) | recent, retries_made__isnull=True
    )
    return found


def of(request: HttpRequest) -> Counts:
    """The counts of whoever signed in; asked once a request."""
    known = vars(request).get("_desk_counts")
    if not isinstance(known, Counts):
        known = vars(request)["_desk_counts"] = _count(request.user)
    return known


# What the counts beside the alerts say already.
COUNTED = ("policy.held", "delivery.parked", "delivery.failed", "delivery.dead_letter", "number.unknown")


def alerts(organization: Organization, most: int = 3) -> list[Any]:
    """Open alerts that no count stands for, critical ones first, then the newest; each with its
    conversation's `thread_face`, or the `automation_face` of the automation it is about."""
    rank = Case(
        When(severity=Severity.CRITICAL, then=0),
        When(severity=Severity.WARNING, then=1),
        default=2,
        output_field=IntegerField(),
    )
    found = Alert.objects.of(organization).filter(state__in=UNFINISHED).exclude(kind__in=COUNTED)
    face = Thread.objects.filter(organization=OuterRef("organization"), pk=OuterRef("thread_id"))
    rule = Automation.objects.filter(organization=OuterRef("organization"), pk=OuterRef("subject_id"))
    found = found.annotate(
        thread_face=Subquery(face.values("public_id")),
        automation_face=Case(
            When(subject_kind="automation", then=Subquery(rule.values("public_id"))),
            default=None,
            output_field=UUIDField(),
        ),
    )
    return list(found.order_by(rank, "-last_at", "-pk")[:most])


def _count(user: Any) -> Counts:
    if not isinstance(user, User) or user.organization_id is None:
        return Counts()
    at = timezone.now()
    held = Message.objects.filter(state=MessageState.HELD)
    open_alerts = Alert.objects.filter(state__in=UNFINISHED)
    row = (
        Organization.objects.filter(pk=user.organization_id)
        .values(
            unread=_total(unread(Thread.objects.all(), user)),
            held=_total(held),
            revocations=_total(Revocation.objects.filter(state=RevocationState.OPEN)),
            oldest_held_at=_per_organization(held, Min("created_at")),
            alerts=_total(open_alerts),
            critical=_total(open_alerts.filter(severity=Severity.CRITICAL)),
            parked=_total(troubled(at).filter(state=DeliveryState.PARKED)),
            failed=_total(troubled(at).exclude(state=DeliveryState.PARKED)),
            hearing=_total(channels.proven()),
            receipts=_total(WebhookReceipt.objects.filter(state=ReceiptState.UNROUTED)),
            stuck=_total(
                WebhookReceipt.objects.filter(state__in=[ReceiptState.FAILED, ReceiptState.QUARANTINED])
            ),
        )
        .get()
    )
    return Counts(**row)


def _total(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(_per_organization(rows, Count("pk")), 0, output_field=IntegerField())


def _per_organization(rows: QuerySet[Any], figure: Count | Min) -> Subquery:
    mine = rows.filter(organization=OuterRef("pk")).order_by()
    return Subquery(mine.values("organization").annotate(figure=figure).values("figure"))
