"""Requests we refused, kept for diagnosis in a bounded ring: nobody can fill the database by sending us rubbish."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import alerts, events
from messaging.inbound.verify import NotGenuine
from messaging.models import RejectedRequest

KEPT_PER_ACCOUNT = 200
KEPT_BYTES = 8 * 1024
ONE_WRITE_A = timedelta(seconds=1)
ONE_EVENT_A = timedelta(hours=1)


def store(refusal: NotGenuine, path: str) -> None:
    """Keep one refused request: at most one row a second and account, 200 rows, 8 KiB each; one audit event an account and hour.

    Status paths hold a token, so only their beginning is kept.
    """
    now = timezone.now()
    account_id = refusal.account.pk if refusal.account else None
    with transaction.atomic(), recording(actor=Actor.provider(account_id)):
        _one_at_a_time(account_id)
        latest = RejectedRequest.objects.filter(account_id=account_id).order_by("-pk").first()
        if latest is not None and latest.at > now - ONE_WRITE_A:
            RejectedRequest.objects.filter(pk=latest.pk).update(more=F("more") + 1)
            return
        _announce(refusal)
        RejectedRequest.objects.create(
            account_id=account_id,
            organization_id=refusal.account.organization_id if refusal.account else None,
            reason=refusal.reason,
            path=path[:60],
            body=refusal.raw[:KEPT_BYTES],
            at=now,
        )
        _forget_oldest(account_id)


def _one_at_a_time(account_id: int | None) -> None:
    """Many at once would each see no row of this second and write one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"refused:{account_id}"])


def _announce(refusal: NotGenuine) -> None:
    now = timezone.now()
    recent = RejectedRequest.objects.filter(
        account_id=refusal.account.pk if refusal.account else None, at__gt=now - ONE_EVENT_A
    )
    if recent.exists():
        return
    organization_id = refusal.account.organization_id if refusal.account else None
    account_id = refusal.account.pk if refusal.account else None
    current().record(
        events.webhook_signature_rejected(
            organization_id=organization_id, account_id=account_id, reason=refusal.reason, count=1
        )
    )
    if organization_id is not None and account_id is not None:
        current().alert(
            alerts.signature_rejected(organization_id=organization_id, account_id=account_id, count=1)
        )


def _forget_oldest(account_id: int | None) -> None:
    kept = (
        RejectedRequest.objects.filter(account_id=account_id).order_by("-pk").values("pk")[:KEPT_PER_ACCOUNT]
    )
    RejectedRequest.objects.filter(account_id=account_id).exclude(pk__in=kept).delete()
