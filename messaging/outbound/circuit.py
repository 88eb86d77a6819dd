"""The circuit of a provider account: when its texts stop, how it is tried, and when they leave again by themselves.

`stopped`: the provider refuses the account (credentials, suspended). `paused`: it leaves calls unanswered. Either way texts stay queued, no
retry is used up, one alert stands, and a cheap question (who am I?) is asked at growing intervals; a good answer opens the line. It is half
open then: the first call without an answer pauses it again, and the intervals go on growing until a call is answered.
All of it is compare-and-set on the account's row, so that several workers and ticks do no harm.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Q, When
from django.db.models.functions import Now
from django.utils import timezone

from audit import alerts, events
from audit.record import Actor, current, recording
from messaging import doorbell
from messaging.models import Delivery, ProviderAccount, SendingLine
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.outbound import turns
from messaging.providers.accounts import provider_of
from messaging.providers.base import Outcome, ProviderError, Refused, Unknown
from messaging.times import span

log = structlog.get_logger(__name__)

# One text that finds no provider is tried at 0, 1 and 6 minutes: its third failure pauses the line before its retries are used up. Every
# call into a silent provider may leave a text of unknown fate, so three are enough; a pause in error costs ten seconds.
TROUBLES = 3
WITHIN = span(minutes=10)
PROBE_PAUSED = (
    span(seconds=10),
    span(seconds=30),
    span(minutes=1),
    span(minutes=2),
    span(minutes=5),
)
PROBE_STOPPED = (span(minutes=5), span(minutes=15), span(hours=1))
AT_ONCE = 50
_SILENCE = ("read_timeout", "connection_broke", "network_", "http_5")
_ALERTS = {LineState.STOPPED: "account.credentials", LineState.PAUSED: "account.unreachable"}


def heed(account_id: int, outcome: Outcome) -> None:
    """Let one call's outcome act on its account's line. The last thing in the transaction that settles the call."""
    if isinstance(outcome, Refused) and outcome.circuit:
        _stop(account_id, str(outcome.code or ""))
    elif is_trouble(outcome):
        _trouble(account_id)
    elif not isinstance(outcome, Unknown):
        counted = Q(troubles__gt=0) | Q(probes__gt=0)
        ProviderAccount.objects.filter(counted, pk=account_id).update(troubles=0, probes=0)


def is_trouble(outcome: Outcome) -> bool:
    """Whether the provider gave no answer of its own: never connected, silent, broken off, or 5xx."""
    if isinstance(outcome, Refused):
        # A refusal of our own making, before any call, says nothing about the provider and does not count.
        return outcome.counts and outcome.http_status is None and outcome.code is None and not outcome.circuit
    return isinstance(outcome, Unknown) and outcome.reason.startswith(_SILENCE)


def probe() -> int:
    """Try every account whose line is shut and whose time has come. Returns how many opened. Calls the provider."""
    shut = ProviderAccount.objects.exclude(line_state=LineState.OPEN).filter(organization__is_active=True)
    due = shut.filter(Q(probe_at__isnull=True) | Q(probe_at__lte=Now())).order_by(
        F("probe_at").asc(nulls_first=True), "pk"
    )
    opened, ends = 0, time.monotonic() + turns.ROUND_SECONDS
    for account in due[:AT_ONCE]:
        if time.monotonic() > ends:
            break
        try:
            opened += _take_turn(account) and _probe(account)
        except Exception as error:
            # One that cannot be tried must not keep the others from it. The error's words may quote a credential: only its type is kept.
            log.error("circuit.not_probed", account_id=account.pk, error=type(error).__name__)
    return opened


def open_line(account: ProviderAccount, *, actor: Actor, at: datetime) -> ProviderAccount:
    """Let the account's texts leave again: recorded, its alert settled, its lines rung. One that is open stays as it is."""
    with transaction.atomic(), recording(actor=actor, at=at):
        fresh: ProviderAccount = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if fresh.line_state == LineState.OPEN:
            return fresh
        was, code = LineState(fresh.line_state), fresh.line_stopped_code
        fresh.line_state, fresh.line_stopped_code = LineState.OPEN, ""
        fresh.line_stopped_at, fresh.probe_at = None, None
        # Half open: one more call without an answer pauses it again.
        fresh.troubles, fresh.trouble_since = TROUBLES - 1, at
        fresh.save(
            update_fields=[
                "line_state",
                "line_stopped_code",
                "line_stopped_at",
                "probe_at",
                "troubles",
                "trouble_since",
            ]
        )
        current().record(
            events.account_circuit_closed(
                organization_id=fresh.organization_id, account_id=fresh.pk, code=code
            )
        )
        _settle_alert(fresh, was, at)
        _wake_lines(fresh)
        return fresh


def _stop(account_id: int, code: str) -> None:
    """The provider refuses the account, whatever its line was before."""
    held = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    if held.line_state == LineState.STOPPED:
        return
    was = LineState(held.line_state)
    probes = 0 if was == LineState.PAUSED else held.probes
    _shut(held, LineState.STOPPED, code=code, probe_in=_interval(PROBE_STOPPED, probes), probes=probes)
    ids = {"organization_id": held.organization_id, "account_id": held.pk}
    current().record(events.account_circuit_opened(**ids, code=code))
    current().alert(alerts.account_credentials(**ids))
    if was == LineState.PAUSED:
        _settle_alert(held, was, timezone.now())


def _trouble(account_id: int) -> None:
    """Count a call without an answer; at the third in a row within ten minutes the line pauses."""
    lately = Q(trouble_since__gt=Now() - WITHIN)
    counted = ProviderAccount.objects.filter(pk=account_id, line_state=LineState.OPEN).update(
        troubles=Case(
            When(lately, then=F("troubles") + 1), default=1, output_field=PositiveSmallIntegerField()
        ),
        trouble_since=Case(When(lately, then=F("trouble_since")), default=Now()),
    )
    if not counted:
        return
    held = ProviderAccount.objects.get(pk=account_id)
    if held.troubles < TROUBLES:
        return
    probes = held.probes
    _shut(held, LineState.PAUSED, code="", probe_in=_interval(PROBE_PAUSED, probes), probes=probes)
    ids = {"organization_id": held.organization_id, "account_id": held.pk}
    current().record(events.account_circuit_paused(**ids, troubles=held.troubles))
    current().alert(alerts.account_unreachable(**ids))


def _shut(account: ProviderAccount, state: LineState, *, code: str, probe_in: timedelta, probes: int) -> None:
    ProviderAccount.objects.filter(pk=account.pk).update(
        line_state=state,
        line_stopped_code=code,
        line_stopped_at=Now(),
        probe_at=Now() + probe_in,
        probes=probes,
    )


def _take_turn(account: ProviderAccount) -> bool:
    """Set the next time before the call, so that no other tick makes it too and a killed one is not missed."""
    intervals = PROBE_STOPPED if account.line_state == LineState.STOPPED else PROBE_PAUSED
    due = Q(probe_at__isnull=True) if account.probe_at is None else Q(probe_at=account.probe_at)
    mine = ProviderAccount.objects.filter(due, pk=account.pk, line_state=account.line_state)
    probes = min(account.probes + 1, 1000)
    return bool(mine.update(probe_at=Now() + _interval(intervals, probes), probes=probes))


def _probe(account: ProviderAccount) -> bool:
    """Ask who we are. Whether the line opened."""
    try:
        check = provider_of(account).check_credentials()
    except ProviderError as error:
        log.info("circuit.still_silent", account_id=account.pk, code=error.code)
        return False
    at = timezone.now()
    if check.works:
        open_line(account, actor=Actor.system(), at=at)
        return True
    with transaction.atomic(), recording(actor=Actor.provider(account.pk), at=at):
        _stop(account.pk, "20003")
    return False


def _interval(of: tuple[timedelta, ...], n: int) -> timedelta:
    return of[min(n, len(of) - 1)]


def _settle_alert(account: ProviderAccount, was: LineState, at: datetime) -> None:
    alerts.settle(
        organization_id=account.organization_id,
        kind=_ALERTS[was],
        subject_kind="account",
        subject_id=account.pk,
        at=at,
    )


def _wake_lines(account: ProviderAccount) -> None:
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED).values("line_id")
    lines = SendingLine.objects.filter(pk__in=waiting)
    lines.filter(next_due_at__isnull=True).update(next_due_at=Now())
    for line_id in lines.order_by("pk").values_list("pk", flat=True):
        doorbell.ring("messaging.tasks.send_line", line_id, queue="send")
