"""The circuit of a provider account: when its texts stop, and when they leave again by themselves (`recovery.probing` asks).

`stopped`: the provider refuses the account (credentials, suspended). `paused`: it leaves calls unanswered. Either way texts stay queued, no
retry is used up, one alert stands, and a cheap question (who am I?) is asked at growing intervals; a good answer opens the line. It is half
open then: the first call without an answer pauses it again, and the intervals go on growing until a call is answered.
All of it is compare-and-set on the account's row, so that several workers and ticks do no harm.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, PositiveSmallIntegerField, Q, When
from django.db.models.functions import Now
from django.utils import timezone

from audit import alert_lifecycle
from audit.record import Actor, current, recording
from messaging import alerts, events, locks, publish
from messaging.models import Delivery, ProviderAccount, SendingLine
from messaging.models.deliveries import DeliveryState
from messaging.models.numbers import LineState
from messaging.providers.base import Outcome, Refused, Unknown
from messaging.timing import scaled

# One text that finds no provider is tried at 0, 1 and 6 minutes: its third failure pauses the line before its retries are used up. Every
# call into a silent provider may leave a text of unknown fate, so three are enough; a pause in error costs ten seconds.
TROUBLES = 3
WITHIN = scaled(minutes=10)
PROBE_PAUSED = (
    scaled(seconds=10),
    scaled(seconds=30),
    scaled(minutes=1),
    scaled(minutes=2),
    scaled(minutes=5),
)
PROBE_STOPPED = (scaled(minutes=5), scaled(minutes=15), scaled(hours=1))
_SILENCE = ("read_timeout", "connection_broke", "network_", "http_5")
_ALERTS = {LineState.STOPPED: alerts.account_credentials, LineState.PAUSED: alerts.account_unreachable}


def observe(account_id: int, outcome: Outcome) -> None:
    """Let one call's outcome act on its account's line. The last thing in the transaction that settles the call."""
    if isinstance(outcome, Refused) and outcome.circuit:
        stop(account_id, str(outcome.code or ""))
    elif is_trouble(outcome):
        _trouble(account_id)
    elif not isinstance(outcome, Unknown) and not is_our_own(outcome):
        counted = Q(troubles__gt=0) | Q(probes__gt=0)
        ProviderAccount.objects.filter(counted, pk=account_id).update(troubles=0, probes=0)


def is_trouble(outcome: Outcome) -> bool:
    """Whether the provider gave no answer of its own: never connected, silent, broken off, or 5xx."""
    if isinstance(outcome, Refused):
        never_connected = outcome.http_status is None and outcome.code is None and not outcome.circuit
        return never_connected and not is_our_own(outcome)
    return isinstance(outcome, Unknown) and outcome.reason.startswith(_SILENCE)


def is_our_own(outcome: Outcome) -> bool:
    """Whether it is a refusal of our own making, before any call: it says nothing about the provider."""
    return (
        isinstance(outcome, Refused)
        and not outcome.counts
        and outcome.http_status is None
        and outcome.code is None
    )


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


def probe_in(state: LineState | str, probes: int) -> timedelta:
    """How long after `probes` questions a line that is shut is asked about again."""
    intervals = PROBE_STOPPED if state == LineState.STOPPED else PROBE_PAUSED
    return intervals[min(probes, len(intervals) - 1)]


def stop(account_id: int, code: str) -> None:
    """The provider refuses the account, whatever its line was before. Inside a recording transaction."""
    held = ProviderAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    if held.line_state == LineState.STOPPED:
        return
    was = LineState(held.line_state)
    probes = 0 if was == LineState.PAUSED else held.probes
    _shut(held, LineState.STOPPED, code=code, again_in=probe_in(LineState.STOPPED, probes), probes=probes)
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
    _shut(held, LineState.PAUSED, code="", again_in=probe_in(LineState.PAUSED, probes), probes=probes)
    ids = {"organization_id": held.organization_id, "account_id": held.pk}
    current().record(events.account_circuit_paused(**ids, troubles=held.troubles))
    current().alert(alerts.account_unreachable(**ids))


def _shut(account: ProviderAccount, state: LineState, *, code: str, again_in: timedelta, probes: int) -> None:
    ProviderAccount.objects.filter(pk=account.pk).update(
        line_state=state,
        line_stopped_code=code,
        line_stopped_at=Now(),
        probe_at=Now() + again_in,
        probes=probes,
    )


def _settle_alert(account: ProviderAccount, was: LineState, at: datetime) -> None:
    alert_lifecycle.settle(
        _ALERTS[was], organization_id=account.organization_id, subject_id=account.pk, at=at
    )


def _wake_lines(account: ProviderAccount) -> None:
    waiting = Delivery.objects.filter(account=account, state=DeliveryState.QUEUED).values("line_id")
    lines = SendingLine.objects.filter(pk__in=waiting)
    locks.update_free(lines.filter(next_due_at__isnull=True), next_due_at=Now())
    for line_id in lines.order_by("pk").values_list("pk", flat=True):
        publish.on_commit_once("messaging.tasks.send_line", line_id, queue="send")
