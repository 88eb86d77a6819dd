"""What tests of outbound texts do again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from audit.models import Alert, AuditEvent
from messaging.models import Delivery, SendAttempt, SendingLine, Thread
from messaging.outbound.queue import claims, sending
from messaging.outbound.queue.submit import Author, submit
from messaging.outbound.recovery import sweeps
from tests.business import Business


def owner_says(business: Business, body: str, *, thread: Thread | None = None) -> Delivery:
    """The owner texts the client; the delivery that queued."""
    said = submit(
        thread=thread or business.thread(),
        author=Author.owner(business.owner),
        body=body,
        at=timezone.now(),
    )
    assert said.delivery is not None
    return said.delivery


def sitter_says(business: Business, body: str, *, thread: Thread) -> Delivery:
    """The sitter in charge texts the client by app."""
    said = submit(
        thread=thread,
        author=Author.sitter_by_app(business.sitter, business.sitter_user),
        body=body,
        at=timezone.now(),
    )
    assert said.delivery is not None
    return said.delivery


def send(delivery: Delivery) -> Delivery:
    """Let the line's worker run once; the delivery as it is then."""
    claims.wake(delivery.line_id)
    sending.dispatch(delivery.line_id)
    return fresh(delivery)


def claim(delivery: Delivery) -> SendAttempt:
    """Claim the delivery as a worker does."""
    claims.wake(delivery.line_id)
    attempt = claims.claim(delivery.line_id)
    assert attempt is not None
    assert attempt.delivery_id == delivery.pk
    return attempt


def fresh(delivery: Delivery) -> Delivery:
    """The row as it is now."""
    row: Delivery = Delivery.objects.get(pk=delivery.pk)
    return row


def travel(delivery: Delivery, by: timedelta) -> None:
    """Let `by` pass for the delivery and its attempts, and the tick run."""
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=F("next_attempt_at") - by)
    attempts = SendAttempt.objects.filter(delivery=delivery)
    attempts.update(lease_until=F("lease_until") - by)
    attempts.filter(next_look_up_at__isnull=False).update(next_look_up_at=F("next_look_up_at") - by)
    attempts.filter(called_at__isnull=False).update(called_at=F("called_at") - by)
    sweeps.sweep()


def at_full_speed(line_id: int) -> None:
    """Let a line send as fast as it can."""
    SendingLine.objects.filter(pk=line_id).update(tokens=1000, burst=1000, segments_per_second=1000)


def verbs_since(mark: int, **where: Any) -> list[str]:
    """The verbs recorded after `mark`, sorted."""
    return sorted(AuditEvent.objects.filter(pk__gt=mark, **where).values_list("verb", flat=True))


def mark() -> int:
    """Where the trail stands now."""
    last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def open_alerts(business: Business) -> list[tuple[str, str]]:
    """Kind and severity of the alerts that are open."""
    alerts = Alert.objects.filter(organization=business.organization, state__in=["open", "acknowledged"])
    return sorted(alerts.values_list("kind", "severity"))


def in_hours(hours: float) -> datetime:
    """That many hours from now."""
    return timezone.now() + timedelta(hours=hours)
