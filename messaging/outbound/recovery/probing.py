"""Asking the provider about accounts whose line is shut, at growing intervals, until it takes them again (`outcome.circuit`)."""

from __future__ import annotations

import time

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from audit.record import Actor, recording
from messaging import locks
from messaging.models import ProviderAccount
from messaging.models.numbers import LineState
from messaging.outbound.outcome import circuit
from messaging.outbound.recovery import fairness
from messaging.providers.accounts import provider_of
from messaging.providers.base import ProviderError

log = structlog.get_logger(__name__)

AT_ONCE = 50


def probe() -> int:
    """Try every account whose line is shut and whose time has come. Returns how many opened. Calls the provider."""
    shut = ProviderAccount.objects.exclude(line_state=LineState.OPEN).filter(organization__is_active=True)
    due = shut.filter(Q(probe_at__isnull=True) | Q(probe_at__lte=Now())).order_by(
        F("probe_at").asc(nulls_first=True), "pk"
    )
    opened, ends = 0, time.monotonic() + fairness.ROUND_SECONDS
    for account in due[:AT_ONCE]:
        if time.monotonic() > ends:
            break
        try:
            opened += _take_turn(account) and _probe(account)
        except Exception as error:
            # One that cannot be tried must not keep the others from it. The error's words may quote a credential: only its type is kept.
            log.error("circuit.not_probed", account_id=account.pk, error=type(error).__name__)
    return opened


def _take_turn(account: ProviderAccount) -> bool:
    """Set the next time before the call, so that no other tick makes it too and a killed one is not missed."""
    due = Q(probe_at__isnull=True) if account.probe_at is None else Q(probe_at=account.probe_at)
    mine = ProviderAccount.objects.filter(due, pk=account.pk, line_state=account.line_state)
    probes = min(account.probes + 1, 1000)
    again_in = circuit.probe_in(account.line_state, probes)
    return bool(locks.update_free(mine, probe_at=Now() + again_in, probes=probes))


def _probe(account: ProviderAccount) -> bool:
    """Ask who we are. Whether the line opened."""
    try:
        check = provider_of(account).check_credentials()
    except ProviderError as error:
        log.info("circuit.still_silent", account_id=account.pk, code=error.code)
        return False
    at = timezone.now()
    if check.works:
        circuit.open_line(account, actor=Actor.system(), at=at)
        return True
    with transaction.atomic(), recording(actor=Actor.provider(account.pk), at=at):
        circuit.stop(account.pk, "20003")
    return False
