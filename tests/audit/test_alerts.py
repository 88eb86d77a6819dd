"""Alerts: raised once, counted after, never milder, finished by verbs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audit import alert_lifecycle, registry
from audit.errors import AlertFinishedError, CriticalAlertError, PersonalDataError
from audit.models import Alert, AlertState, AuditEvent, Severity
from audit.record import recording
from audit.registry import AlertKind
from audit.types import Notice
from messaging import alerts
from snoutos.accounts.models import Organization
from tests.audit.places import NOON, alert, organization, owner_of

LATER = NOON + timedelta(hours=1)
KINDS = registry.ALERTS


def notice(business: Organization, **values: Any) -> Notice:
    given: dict[str, Any] = {
        "organization_id": business.pk,
        "kind": "policy.held",
        "severity": Severity.WARNING,
        "subject_kind": "thread",
        "subject_id": 42,
        "title": "A text waits",
    }
    return Notice(**{**given, **values})


def raised(*notices: Notice, at: Any = NOON) -> None:
    with recording(at=at) as trail:
        for each in notices:
            trail.alert(each)


@pytest.mark.django_db
def test_repeats_are_counted_on_the_open_alert() -> None:
    business = organization()
    raised(notice(business), notice(business, count=3), at=NOON)
    raised(notice(business, title="It waits still", thread_id=42), at=LATER)
    (found,) = Alert.objects.all()
    assert (found.count, found.first_at, found.last_at) == (5, NOON, LATER)
    assert (found.title, found.thread_id, found.state) == ("It waits still", 42, "open")


@pytest.mark.django_db
def test_an_older_repeat_changes_neither_words_nor_last_time() -> None:
    business = organization()
    raised(notice(business, title="New"), at=LATER)
    raised(notice(business, title="Old"), at=NOON)
    (found,) = Alert.objects.all()
    assert (found.title, found.first_at, found.last_at, found.count) == ("New", NOON, LATER, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("before", Severity.values)
@pytest.mark.parametrize("after", Severity.values)
@pytest.mark.parametrize("together", [True, False])
def test_the_greater_severity_stays(before: str, after: str, together: bool) -> None:
    business = organization()
    first, second = notice(business, severity=before), notice(business, severity=after)
    if together:
        raised(first, second)
    else:
        raised(first)
        raised(second)
    assert Alert.objects.get().severity == min(before, after, key=Severity.values.index)


@pytest.mark.django_db
def test_an_acknowledged_alert_counts_on_and_a_closed_one_is_followed_by_a_new_one() -> None:
    business = organization()
    owner = owner_of(business)
    raised(notice(business))
    alert_lifecycle.acknowledge(Alert.objects.get(), by=owner, at=NOON)
    raised(notice(business))
    assert Alert.objects.get().count == 2
    alert_lifecycle.resolve(Alert.objects.get(), by=owner, at=NOON)
    raised(notice(business))
    assert sorted(Alert.objects.values_list("state", "count")) == [("open", 1), ("resolved", 2)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [{"kind": "policy.repeat"}, {"subject_kind": "message"}, {"subject_id": 43}, {"organization_id": None}],
)
def test_another_kind_subject_or_business_is_another_alert(other: dict[str, Any]) -> None:
    business = organization()
    if "organization_id" in other:
        other = {"organization_id": organization().pk}
    raised(notice(business), notice(business, **other))
    raised(notice(business), notice(business, **other))
    assert list(Alert.objects.values_list("count", flat=True)) == [2, 2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "state"),
    [(alert_lifecycle.resolve, AlertState.RESOLVED), (alert_lifecycle.dismiss, AlertState.DISMISSED)],
)
def test_an_alert_is_finished_once_with_its_event(verb: Callable[..., Alert], state: str) -> None:
    business = organization()
    owner = owner_of(business)
    before = alert(business, thread_id=42)
    after = verb(before, by=owner, at=LATER)
    assert (after.state, after.resolved_by, after.resolved_at) == (state, owner, LATER)
    event = AuditEvent.objects.get()
    assert event.verb == f"alert.{state}"
    assert (event.actor_kind, event.actor_id, event.at) == ("user", owner.pk, LATER)
    assert (event.subject_id, event.thread_id) == (before.pk, 42)
    for again in (alert_lifecycle.resolve, alert_lifecycle.dismiss, alert_lifecycle.acknowledge):
        with pytest.raises(AlertFinishedError):
            again(before, by=owner, at=LATER)
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_a_critical_alert_is_resolved_but_never_dismissed() -> None:
    business = organization()
    owner = owner_of(business)
    grave = alert(business, severity=Severity.CRITICAL)
    with pytest.raises(CriticalAlertError, match="can't be dismissed"):
        alert_lifecycle.dismiss(grave, by=owner, at=LATER)
    grave.refresh_from_db()
    assert grave.state == AlertState.OPEN
    assert alert_lifecycle.resolve(grave, by=owner, at=LATER).state == AlertState.RESOLVED


@pytest.mark.django_db
def test_a_stale_copy_cannot_dismiss_what_became_critical() -> None:
    business = organization()
    raised(notice(business))
    stale = Alert.objects.get()
    raised(notice(business, severity=Severity.CRITICAL))
    with pytest.raises(CriticalAlertError):
        alert_lifecycle.dismiss(stale, by=owner_of(business), at=LATER)


@pytest.mark.django_db
def test_acknowledging_twice_is_one_event() -> None:
    business = organization()
    owner = owner_of(business)
    seen = alert(business)
    for _ in range(2):
        assert alert_lifecycle.acknowledge(seen, by=owner, at=LATER).state == AlertState.ACKNOWLEDGED
    assert AuditEvent.objects.get().verb == "alert.acknowledged"


@pytest.mark.django_db
def test_the_system_settles_an_alert_whose_reason_has_gone() -> None:
    business, other = organization(), organization()
    raised(notice(business), notice(other))
    for was_open in (True, False):
        settled_now = alert_lifecycle.settle(
            alerts.policy_held, organization_id=business.pk, subject_id=42, at=LATER
        )
        assert settled_now == was_open
    settled = Alert.objects.of(business).get()
    assert (settled.state, settled.resolved_automatically, settled.resolved_by) == ("resolved", True, None)
    assert Alert.objects.of(other).get().state == AlertState.OPEN
    assert AuditEvent.objects.get().actor_kind == "system"


def sample(kind: AlertKind[...]) -> dict[str, Any]:
    """A fitting value for each of a constructor's parameters."""
    values: dict[str, Any] = dict.fromkeys(inspect.signature(kind.make).parameters, 3)
    fitting = {
        "code": "30007",
        "state": "failed",
        "reason": "provider_failed",
        "say": "A client waits",
        "severity": Severity.WARNING,
    }
    return values | {name: value for name, value in fitting.items() if name in values}


@pytest.mark.django_db
@pytest.mark.parametrize("name", KINDS)
def test_every_known_kind_can_be_raised(name: str) -> None:
    business = organization()
    kind = KINDS[name]
    raised(kind(**{**sample(kind), "organization_id": business.pk}))
    found = Alert.objects.get()
    assert re.sub(r"\.3$", "", found.kind) == kind.code == name
    assert not found.title.endswith(".")
    assert found.detail.endswith(".")


def test_there_are_thirty_nine_kinds_and_these_are_critical() -> None:
    made = {}
    for make in KINDS.values():
        found = make(**sample(make))
        made[found.kind] = found.severity
    assert len(made) == 39
    assert {kind for kind, severity in made.items() if severity == Severity.CRITICAL} == {
        "delivery.dead_letter",
        "delivery.sent_twice",
        "account.credentials",
        "number.filtered",
        "number.unregistered",
        "provider.differs",
        "webhook.receipt_quarantined",
        "policy.detector_failed",
        "policy.sitter_locked",
        "policy.emergency",
        "consent.sitter_opted_out",
        "automation.paused",
        "automation.occurrence_given_up",
        "automation.unreadable",
    }


@pytest.mark.parametrize(
    "text", ["Call +1 415 555 0123", "mail ana@example.test", "see https://x.test", "a\nb"]
)
@pytest.mark.parametrize("place", ["title", "detail"])
def test_sentences_with_contacts_are_refused(place: str, text: str) -> None:
    words: dict[str, Any] = {"title": "T", place: text}
    with pytest.raises(PersonalDataError):
        Notice(
            organization_id=1,
            kind="policy.held",
            severity=Severity.INFO,
            subject_kind="thread",
            subject_id=1,
            **words,
        )


def test_a_code_with_words_is_refused() -> None:
    with pytest.raises(PersonalDataError):
        alerts.delivery_failed(
            organization_id=1, thread_id=1, delivery_id=1, state="failed", reason="other", code="Hi, it is me"
        )
