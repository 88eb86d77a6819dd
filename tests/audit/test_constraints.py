"""Each constraint of the audit tables, broken once, by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import (
    Alert,
    AlertState,
    AuditEvent,
    AuditSeal,
    AuditSealMember,
    Look,
    Occurrence,
    Severity,
)
from tests.audit.places import NOON, alert, organization, owner_of, run

pytestmark = pytest.mark.django_db


def refused(make: Any) -> str:
    """The name of the constraint that refuses what `make` does."""

    def now() -> None:
        with transaction.atomic():
            make()
            run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError) as refusal:
        now()
    return str(refusal.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def an_event(**values: Any) -> AuditEvent:
    given = {"actor_kind": "system", "verb": "thread.closed", "subject_kind": "thread", "subject_id": 1}
    return AuditEvent.objects.create(**{**given, **values})


def an_occurrence(**values: Any) -> Occurrence:
    return Occurrence.objects.create(**{"kind": "thread.opened", "key": "thread:1:opened", **values})


def a_seal(**values: Any) -> AuditSeal:
    given = {
        "first_id": 1,
        "last_id": 2,
        "count": 2,
        "cluster": "1",
        "horizon": 5,
        "snapshot_end": 6,
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
        "sealed_at": NOON,
    }
    return AuditSeal.objects.create(**{**given, **values})


def test_event() -> None:
    assert refused(lambda: an_event(actor_kind="ghost")) == "auditevent_has_a_known_actor"
    assert refused(lambda: an_event(verb="")) == "auditevent_has_a_verb"
    assert refused(lambda: an_event(organization_id=0)).startswith("audit_auditevent_organization_id")


def test_seal() -> None:
    assert refused(lambda: a_seal(count=0)) == "auditseal_has_members"
    assert refused(lambda: a_seal(last_id=0)) == "auditseal_has_members"
    first = a_seal()
    assert refused(a_seal) == "auditseal_follows_one_seal"
    AuditSealMember.objects.create(seal=first, event_id=1, digest=b"1" * 32)
    assert (
        refused(lambda: AuditSealMember.objects.create(seal=first, event_id=1, digest=b"2" * 32))
        == "auditsealmember_event_sealed_once"
    )


def test_occurrence() -> None:
    business = organization()
    an_occurrence(organization=business)
    assert refused(lambda: an_occurrence(organization=business)) == "occurrence_once_per_key"
    an_occurrence(organization=organization())
    assert refused(lambda: an_occurrence(organization=business, key="")) == "occurrence_has_a_kind_and_a_key"
    assert (
        refused(lambda: an_occurrence(organization=business, kind="", key="k"))
        == "occurrence_has_a_kind_and_a_key"
    )


@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.ACKNOWLEDGED])
def test_alert_unique_while_open(state: str) -> None:
    business = organization()
    alert(business, subject_id=7, state=state)
    assert refused(lambda: alert(business, subject_id=7)) == "alert_unique_while_open"
    Alert.objects.update(state=AlertState.RESOLVED, resolved_automatically=True, resolved_at=NOON)
    alert(business, subject_id=7)
    alert(organization(), subject_id=7)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"severity": "grave"}, "alert_has_a_known_severity"),
        ({"state": "lost", "resolved_at": NOON, "resolved_automatically": True}, "alert_has_a_known_state"),
        ({"title": ""}, "alert_has_a_title"),
        ({"count": 0}, "alert_happened_at_least_once"),
        ({"last_at": NOON.replace(hour=11)}, "alert_happened_at_least_once"),
        (
            {
                "severity": Severity.CRITICAL,
                "state": "dismissed",
                "resolved_at": NOON,
                "resolved_automatically": True,
            },
            "alert_critical_is_never_dismissed",
        ),
        ({"state": "resolved"}, "alert_resolved_has_resolver_and_time"),
        ({"state": "resolved", "resolved_at": NOON}, "alert_resolved_has_resolver_and_time"),
        ({"state": "dismissed", "resolved_automatically": True}, "alert_resolved_has_resolver_and_time"),
        ({"resolved_at": NOON}, "alert_open_has_no_resolver"),
        ({"state": "acknowledged", "resolved_automatically": True}, "alert_open_has_no_resolver"),
    ],
)
def test_alert(values: dict[str, Any], name: str) -> None:
    business = organization()
    assert name in refused(lambda: alert(business, **values))


def test_an_alert_cannot_be_resolved_by_somebody_of_another_business() -> None:
    stranger = owner_of(organization())
    name = refused(
        lambda: alert(organization(), state=AlertState.RESOLVED, resolved_by=stranger, resolved_at=NOON)
    )
    assert name == "audit_alert_resolved_by_id_same_organization"


def test_every_named_constraint_of_the_models_stands_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        there = {name for (name,) in cursor.fetchall()}
    for model in (Alert, AuditEvent, AuditSeal, AuditSealMember, Occurrence):
        named = {item.name for item in (*model._meta.constraints, *model._meta.indexes)}
        assert named <= there


def test_a_look_is_kept_once_for_each_credential_and_subject() -> None:
    business = organization()
    user = owner_of(business)

    def look() -> Look:
        made: Look = Look.objects.create(
            organization=business, user=user, credential_id=0, subject_kind="thread", subject_id=1, at=NOON
        )
        return made

    look()
    assert refused(look) == "look_once_per_credential_and_subject"


@pytest.mark.parametrize(("kind", "number"), [("password", 1), ("", 1), ("session", None), ("api_key", None)])
def test_what_is_no_credential_is_refused(kind: str, number: int | None) -> None:
    made = refused(lambda: an_event(credential_kind=kind, credential_id=number))
    assert made == "auditevent_names_a_known_credential_or_none"


def test_a_look_with_what_is_no_credential_is_refused() -> None:
    business = organization()
    name = refused(
        lambda: Look.objects.create(
            organization=business, user=owner_of(business), credential_kind="password", credential_id=1,
            subject_kind="thread", subject_id=1, at=NOON,
        )
    )  # fmt: skip
    assert name == "look_was_with_a_known_credential"
