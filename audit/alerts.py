"""What the owner should look at: one constructor per known kind, and the verbs that finish an alert.

Titles and details are fixed sentences with counts and codes at most: never a body, a name, a phone or an
address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from audit import events
from audit.errors import AlertFinishedError, CriticalAlertError
from audit.facts import facts, refuse_contacts
from audit.models import UNFINISHED, Alert, AlertState, Severity
from audit.record import Actor, recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from audit.events import Event
    from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert to raise by `Trail.alert`. One open alert stands for each (organization, kind, subject).

    `subject_id` is 0 when it has no subject. Make it by a constructor below; raises
    `PersonalDataError` when the sentences hold something like a phone or an address.
    """

    organization_id: int
    kind: str
    severity: Severity
    subject_kind: str
    subject_id: int
    title: str
    detail: str = ""
    thread_id: int | None = None
    count: int = 1

    def __post_init__(self) -> None:
        refuse_contacts(title=self.title, detail=self.detail)


def unmapped_pool(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="routing.unmapped_pool",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="Somebody unknown wrote to a pool number",
        detail="Their text is in your inbox and nobody else saw it. Link them to a client or reply yourself.",
    )


def number_unknown(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.unknown",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="Texts arrive for a number that is not set up",
        detail="They are kept. Add the number and they appear in the right conversations.",
    )


def number_quarantined_text(*, organization_id: int, number_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.quarantined_text",
        severity=Severity.WARNING,
        subject_kind="number",
        subject_id=number_id,
        thread_id=thread_id,
        title="A text arrived on a number that is out of use",
        detail="It is in your inbox and was passed on to nobody. Reply from a number that is in use.",
    )


def delivery_dead_letter(
    *, organization_id: int, thread_id: int, delivery_id: int, attempts: int, code: str
) -> Notice:
    facts({"code": code})
    return Notice(
        organization_id=organization_id,
        kind="delivery.dead_letter",
        severity=Severity.CRITICAL,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text could not be sent",
        detail=f"It was tried {attempts} times (error {code}). Open the conversation to try again.",
    )


def delivery_parked(*, organization_id: int, thread_id: int, delivery_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="delivery.parked",
        severity=Severity.WARNING,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text was probably not sent",
        detail="The connection broke and the provider does not know the text. Send it again or leave it.",
    )


def delivery_sent_twice(*, organization_id: int, thread_id: int, delivery_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="delivery.sent_twice",
        severity=Severity.CRITICAL,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text may have been sent twice",
        detail="The provider confirmed the first attempt during the second. A short apology may help.",
    )


def delivery_failed(*, organization_id: int, thread_id: int, delivery_id: int, code: str) -> Notice:
    facts({"code": code})
    return Notice(
        organization_id=organization_id,
        kind="delivery.failed",
        severity=Severity.WARNING,
        subject_kind="delivery",
        subject_id=delivery_id,
        thread_id=thread_id,
        title="A text was not delivered",
        detail=f"The provider gave error {code}. The conversation explains it and what you can do.",
    )


def account_credentials(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="account.credentials",
        severity=Severity.CRITICAL,
        subject_kind="account",
        subject_id=account_id,
        title="The provider refuses your account",
        detail="No text leaves until you correct the account's token in the settings. Texts wait meanwhile.",
    )


def account_unreachable(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="account.unreachable",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="The provider does not answer",
        detail="Texts wait and leave by themselves as soon as it does. There is nothing to do.",
    )


def fallback_used(*, organization_id: int, account_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.fallback_used",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        title="Texts came in by the second address only",
        detail="Nothing was lost. The provider could not reach the first address: see whether it answers.",
    )


def texts_missed(*, organization_id: int, account_id: int, count: int) -> Notice:
    """`count` texts were found late."""
    return Notice(
        organization_id=organization_id,
        kind="webhook.texts_missed",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        count=count,
        title="Texts reached us late",
        detail="They had not been handed over and were found in the provider's list. They are in your inbox now.",
    )


def receipt_quarantined(*, organization_id: int, receipt_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.receipt_quarantined",
        severity=Severity.CRITICAL,
        subject_kind="receipt",
        subject_id=receipt_id,
        title="An incoming text could not be processed",
        detail="It is kept whole. Process it again; if that fails, tell whoever runs this installation.",
    )


def signature_rejected(*, organization_id: int, account_id: int, count: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="webhook.signature_rejected",
        severity=Severity.WARNING,
        subject_kind="account",
        subject_id=account_id,
        count=count,
        title="Requests that are not provably the provider's were refused",
        detail="The account's token or the public address is wrong, or somebody tries. Texts may be missing.",
    )


def policy_held(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.held",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A text waits for your review",
        detail="Screening found something in it. Approve, edit or reject it.",
    )


def review_waiting(*, organization_id: int, waiting: int, minutes: int) -> Notice:
    """`waiting` texts wait, the oldest for `minutes`."""
    return Notice(
        organization_id=organization_id,
        kind="review.waiting",
        severity=Severity.WARNING,
        subject_kind="organization",
        subject_id=organization_id,
        title="Texts have waited for your review for a while",
        detail=f"Nobody decided meanwhile. Texts: {waiting}; minutes of the oldest: {minutes}. Open the review.",
    )


def detector_failed(*, organization_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.detector_failed",
        severity=Severity.CRITICAL,
        subject_kind="organization",
        subject_id=organization_id,
        title="Screening does not work",
        detail="Sitters' texts wait for your review until it does. Tell whoever runs this installation.",
    )


def automation_notice(
    *,
    organization_id: int,
    automation_id: int,
    thread_id: int | None,
    severity: Severity,
    say: str,
) -> Notice:
    """`say` is the owner's own sentence, fixed when the rule was made; one alert stands for each rule and conversation."""
    return Notice(
        organization_id=organization_id,
        kind=f"automation.notice.{automation_id}",
        severity=severity,
        subject_kind="thread" if thread_id else "automation",
        subject_id=thread_id or automation_id,
        thread_id=thread_id,
        title=say,
        detail="One of your automations asks you to look.",
    )


def automation_paused(*, organization_id: int, automation_id: int, failures: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.paused",
        severity=Severity.CRITICAL,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation was paused because it kept failing",
        detail=f"It failed {failures} times in a row. Its log says why; switch it on again once that is repaired.",
    )


def automation_skipped_late(*, organization_id: int, automation_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.skipped_late",
        severity=Severity.WARNING,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation was skipped because it was too late",
        detail="It came due over an hour before SnoutOS could run it. Its log says for whom; nothing was sent.",
    )


def automation_limit_reached(*, organization_id: int, automation_id: int, per_client: bool) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.limit_reached",
        severity=Severity.WARNING,
        subject_kind="automation",
        subject_id=automation_id,
        title="An automation's text was not sent: the limit is reached",
        detail=(
            "One client would have got more texts in a day than you allow."
            if per_client
            else "Your automations would have sent more texts in an hour than you allow."
        ),
    )


def automation_occurrence_given_up(*, organization_id: int, occurrence_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="automation.occurrence_given_up",
        severity=Severity.CRITICAL,
        subject_kind="occurrence",
        subject_id=occurrence_id,
        title="Automations could not look at something that happened",
        detail="No automation reacted to it. Tell whoever runs this installation.",
    )


def policy_repeat(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.repeat",
        severity=Severity.WARNING,
        subject_kind="sitter",
        subject_id=sitter_id,
        thread_id=thread_id,
        title="A sitter broke the rules a second time",
        detail="It is the second time in 30 days. The third locks their sending.",
    )


def sitter_locked(*, organization_id: int, sitter_id: int, thread_id: int | None = None) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.sitter_locked",
        severity=Severity.CRITICAL,
        subject_kind="sitter",
        subject_id=sitter_id,
        thread_id=thread_id,
        title="A sitter's sending is locked",
        detail="They broke the rules three times in 30 days. Their texts do not leave until you unlock them.",
    )


def emergency(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="policy.emergency",
        severity=Severity.CRITICAL,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A text may be about an emergency",
        detail="Read the conversation now.",
    )


def pool_exhausted(*, organization_id: int, needed: int) -> Notice:
    """`needed` numbers more would be enough."""
    return Notice(
        organization_id=organization_id,
        kind="pool.exhausted",
        severity=Severity.WARNING,
        subject_kind="organization",
        subject_id=organization_id,
        title="No free number for a sitter's conversation",
        detail=f"The sitter can use the app only. Numbers needed: {needed}.",
    )


def number_health(*, organization_id: int, number_id: int, failed: int, failing: bool) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="number.health",
        severity=Severity.WARNING if failing else Severity.INFO,
        subject_kind="number",
        subject_id=number_id,
        title="Texts from a number fail" if failing else "A number needs watching",
        detail=f"Texts that failed in the last 7 days: {failed}.",
    )


def cancel_near_visit(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="consent.cancel_near_visit",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A client may have meant to cancel a visit",
        detail="The word they sent also stops all texts to them, and a visit is near. Call them.",
    )


def revocation(*, organization_id: int, thread_id: int) -> Notice:
    return Notice(
        organization_id=organization_id,
        kind="consent.revocation",
        severity=Severity.WARNING,
        subject_kind="thread",
        subject_id=thread_id,
        thread_id=thread_id,
        title="A client may not want any more texts",
        detail="Read their text and decide within 10 business days.",
    )


def acknowledge(alert: Alert, *, by: User, at: datetime) -> Alert:
    """Mark an open alert as seen; again changes nothing. Raises `AlertFinishedError` on a closed one."""
    with transaction.atomic():
        locked = _unfinished(alert)
        if locked.state == AlertState.OPEN:
            locked.state = AlertState.ACKNOWLEDGED
            locked.save(update_fields=["state"])
            _record(locked, events.alert_acknowledged, Actor.user(by.pk), at)
    return locked


def resolve(alert: Alert, *, by: User, at: datetime) -> Alert:
    """Close an alert whose problem is dealt with. Raises `AlertFinishedError` on a closed one."""
    with transaction.atomic():
        return _finish(_unfinished(alert), AlertState.RESOLVED, events.alert_resolved, by=by, at=at)


def dismiss(alert: Alert, *, by: User, at: datetime) -> Alert:
    """Close an alert that needs nothing done.

    Raises `CriticalAlertError` on a critical one, `AlertFinishedError` on a closed one.
    """
    with transaction.atomic():
        locked = _unfinished(alert)
        if locked.severity == Severity.CRITICAL:
            raise CriticalAlertError
        return _finish(locked, AlertState.DISMISSED, events.alert_dismissed, by=by, at=at)


def settle(*, organization_id: int, kind: str, subject_kind: str, subject_id: int, at: datetime) -> bool:
    """Close the alert whose reason has gone by itself, by the system. Whether there was one."""
    with transaction.atomic():
        alert = (
            Alert.objects.of(organization_id)
            .filter(kind=kind, subject_kind=subject_kind, subject_id=subject_id, state__in=UNFINISHED)
            .select_for_update(no_key=True)
            .first()
        )
        if alert is not None:
            _finish(alert, AlertState.RESOLVED, events.alert_resolved, by=None, at=at)
    return alert is not None


def _unfinished(alert: Alert) -> Alert:
    """`alert` as it is now, locked; its repeats wait until the transaction ends."""
    locked: Alert = (
        Alert.objects.of(alert.organization_id).select_for_update(no_key=True, of=("self",)).get(pk=alert.pk)
    )
    if locked.state not in UNFINISHED:
        raise AlertFinishedError
    return locked


def _finish(
    alert: Alert, state: AlertState, verb: Callable[..., Event], *, by: User | None, at: datetime
) -> Alert:
    alert.state = state
    alert.resolved_by, alert.resolved_automatically, alert.resolved_at = by, by is None, at
    alert.save(update_fields=["state", "resolved_by", "resolved_automatically", "resolved_at"])
    _record(alert, verb, Actor.person(by), at)
    return alert


def _record(alert: Alert, verb: Callable[..., Event], actor: Actor, at: datetime) -> None:
    with recording(actor=actor, at=at) as trail:
        trail.record(
            verb(organization_id=alert.organization_id, alert_id=alert.pk, thread_id=alert.thread_id)
        )
