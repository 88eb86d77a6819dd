"""A stopped account's texts flow again: once the owner has corrected the credentials and the provider takes them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from audit import alerts, events
from audit.record import Actor, current, recording
from messaging import doorbell
from messaging.errors import MessagingError
from messaging.models import Delivery, ProviderAccount, SendingLine
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.providers.accounts import provider_of
from messaging.providers.base import ProviderError
from snoutos.accounts.models import User


class StillRefused(MessagingError):  # noqa: N818
    """The provider does not take this account's credentials. Enter its current token first."""

    code = "credentials_refused"
    status = 409


class ProviderUnreachable(MessagingError):  # noqa: N818
    """The provider could not be asked just now. Try again in a minute."""

    code = "provider_unreachable"
    status = 503


def reopen(account: ProviderAccount, *, by: User | None, at: datetime) -> ProviderAccount:
    """Sign in with the account's present credentials; when the provider takes them, let its texts leave again.

    An open account stays as it is. Calls the provider: never inside a transaction. Raises StillRefused or ProviderUnreachable.
    """
    _check_credentials(ProviderAccount.objects.get(pk=account.pk))
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        fresh: ProviderAccount = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if fresh.line_state == LineState.OPEN:
            return fresh
        code, fresh.line_state, fresh.line_stopped_code = fresh.line_stopped_code, LineState.OPEN, ""
        fresh.save(update_fields=["line_state", "line_stopped_code"])
        current().record(
            events.account_circuit_closed(
                organization_id=fresh.organization_id, account_id=fresh.pk, code=code
            )
        )
        alerts.settle(
            organization_id=fresh.organization_id,
            kind="account.credentials",
            subject_kind="account",
            subject_id=fresh.pk,
            at=at,
        )
        _wake_lines(fresh)
        return fresh


def _check_credentials(account: ProviderAccount) -> None:
    try:
        check = provider_of(account).check_credentials()
    except ProviderError as error:
        raise ProviderUnreachable from error
    if not check.works:
        raise StillRefused(check.reason)


def _wake_lines(account: ProviderAccount) -> None:
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED).values("line_id")
    lines = SendingLine.objects.filter(pk__in=waiting)
    lines.filter(next_due_at__isnull=True).update(next_due_at=Now())
    for line_id in lines.order_by("pk").values_list("pk", flat=True):
        doorbell.ring("messaging.tasks.send_line", line_id, queue="send")
