"""Every check finds the fault it is there for, by its id, and nothing before the fault was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from audit import alert_lifecycle
from audit.models import Alert, AuditEvent, Occurrence
from audit.record import Actor, recording
from messaging import alerts, heartbeats
from messaging.alerting import letters, notify
from messaging.models import (
    Delivery,
    DeliveryReport,
    Heartbeat,
    Message,
    MessageMedia,
    MessageNumber,
    Notification,
    OptOut,
    Participant,
    PeopleImport,
    SendAttempt,
    Thread,
    WebhookReceipt,
)
from messaging.outbound.outcome.record_outcome import record
from messaging.outbound.queue.submit import Author, submit
from messaging.providers.base import Accepted, Unknown
from policy import alerts as policy_alerts
from policy.models import Violation
from snoutos.celery import app
from snoutos.core import database_limits
from snoutos.core.env import DEVELOPMENT_FIELD_KEY
from snoutos.ops import connection_budget
from snoutos.ops.doctor.checks import database
from snoutos.ops.doctor.checks.guards import TRIGGERS
from snoutos.ops.doctor.examination import examine
from snoutos.ops.doctor.registry import CHECKS
from tests.audit.places import owner, run
from tests.business import Business, new_sid, open_business, stranger
from tests.messaging.alerting.steps import raise_alert
from tests.messaging.calls.calling import voicemail_of, with_recording
from tests.messaging.outbound.steps import owner_says
from tests.snoutos.doctor.planting import broken, claimed, put, unguarded
from tests.tenancy.full_business import open_full_business
from tests.worlds import world

pytestmark = pytest.mark.django_db

Plant = Callable[[Business], list[object]]
PLANTS: dict[str, Plant] = {}
AN_HOUR = timedelta(hours=1)


def plants(code: str) -> Callable[[Plant], Plant]:
    """The function plants the fault that the check `code` finds, and returns what it should name."""

    def keep(plant: Plant) -> Plant:
        PLANTS[code] = plant
        return plant

    return keep


_undo: list[Callable[[], object]] = []
_at_the_end = _undo.append


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    while _undo:
        _undo.pop()()


def _for_this_test(holder: Any, name: str, value: object) -> None:
    _at_the_end(partial(setattr, holder, name, getattr(holder, name)))
    setattr(holder, name, value)


def _ready() -> Business:
    made = open_business()
    made.thread()
    for name in (*heartbeats.QUEUES, heartbeats.BEAT, heartbeats.BROKER):
        heartbeats.note(name)
    return made


business = world(_ready)


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_the_planted_fault_is_found(code: str, business: Business, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    settings.WEB_PROCESSES = 2
    settings.EMAIL_BACKEND = django_settings.EMAIL_BACKEND
    assert broken(code) == []
    settings.PUBLIC_BASE_URL, settings.SECRET_KEY = "http://testserver", "one of our own"
    if code == "configuration.not_for_production":
        settings.FIELD_ENCRYPTION_KEYS = (DEVELOPMENT_FIELD_KEY,)
    expected = PLANTS[code](business)
    assert expected
    assert broken(code) == [str(one) for one in expected]


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


# The database


@plants("database.limits_do_not_hold")
def _(business: Business) -> list[object]:
    """A pooler that drops what it does not know."""
    _for_this_test(database, "apply", lambda settings, kind: None)
    return list(database_limits.EVERY_KIND)


@plants("database.session_stands_still")
def _(business: Business) -> list[object]:
    """Any session that says nothing in a transaction; a minute need not be waited for."""
    _for_this_test(database, "STILL_THERE_SECONDS", 0)
    run("RESET ROLE")  # the tests log in as another role than they run as
    other = connection.copy()
    database_limits.apply(other.settings_dict, "web")
    other.settings_dict["OPTIONS"].pop("assume_role", None)
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    _at_the_end(other.close)
    run(
        "SELECT pg_stat_clear_snapshot()"
    )  # a transaction sees the sessions as they were when it first looked
    return [f"snoutos web {pid}"]


# Alerts that leave


@plants("alerting.mail_cannot_leave")
def _(business: Business) -> list[object]:
    # The test's settings come back at its end: see the fixture below.
    django_settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    return ["EMAIL_URL"]


@plants("alerting.nobody_hears")
def _(business: Business) -> list[object]:
    """Nothing is planted: where owners are away from the machine, an address that nobody proved is the fault."""
    return [business.organization.pk]


@plants("alerting.late")
def _(business: Business) -> list[object]:
    return [locked_sitter(business, ago(minutes=6)).pk]


@plants("alerting.stuck")
def _(business: Business) -> list[object]:
    alert = locked_sitter(business, timezone.now())
    notify.notify(timezone.now())
    assert letters._claim(timezone.now()) is not None
    Notification.objects.filter(alert=alert).update(claimed_at=ago(minutes=11))
    return [Notification.objects.get(alert=alert).pk]


def locked_sitter(business: Business, at: Any) -> Alert:
    """A critical alert of then."""
    return raise_alert(policy_alerts.sitter_locked(organization_id=business.organization.pk, sitter_id=1), at)


# Deliveries


@plants("delivery.sending_without_open_attempt")
def _(business: Business) -> list[object]:
    delivery, attempt = claimed(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(state="abandoned")
    return [delivery.pk]


@plants("delivery.unknown_without_unknown_attempt")
def _(business: Business) -> list[object]:
    delivery, attempt = unknown(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(state="absent")
    return [delivery.pk]


@plants("delivery.overdue")
def _(business: Business) -> list[object]:
    waiting = owner_says(business, "See you")
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=ago(minutes=6))
    return [waiting.pk]


@plants("delivery.accepted_attempt_differs")
def _(business: Business) -> list[object]:
    delivery, _ = accepted(business)
    _, other = accepted(business, "Good night")
    put(delivery, accepted_attempt_id=other.pk)
    return [delivery.pk]


@plants("delivery.behind_its_reports")
def _(business: Business) -> list[object]:
    delivery, attempt = accepted(business)
    report(attempt, "delivered", rank=40)
    return [delivery.pk]


@plants("delivery.sent_twice")
def _(business: Business) -> list[object]:
    delivery, _ = accepted(business)
    again(delivery, "accepted")
    return [delivery.pk]


@plants("delivery.parked_without_alert")
def _(business: Business) -> list[object]:
    delivery, attempt = unknown(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(state="absent")
    Delivery.objects.filter(pk=delivery.pk).update(state="parked", reason="not_found")
    return [delivery.pk]


@plants("delivery.dead_letter_without_alert")
def _(business: Business) -> list[object]:
    delivery, attempt = claimed(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(state="abandoned")
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", reason="retries_exhausted")
    return [delivery.pk]


@plants("delivery.queued_to_opted_out")
def _(business: Business) -> list[object]:
    waiting = owner_says(business, "See you")
    OptOut.objects.create(
        organization=business.organization,
        e164=waiting.recipient,
        changed_at=timezone.now(),
        source="owner",
    )
    return [waiting.pk]


@plants("delivery.confirms_no_opt_out")
def _(business: Business) -> list[object]:
    business.text("Stop please")
    OptOut.objects.of(business.organization).update(is_in_force=False)
    return [Delivery.objects.get(authority="confirmation").pk]


@plants("delivery.queued_on_resting_number")
def _(business: Business) -> list[object]:
    waiting = owner_says(business, "See you")
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(state="quarantined")
    return [waiting.pk]


# Attempts


@plants("attempt.open_but_delivery_elsewhere")
def _(business: Business) -> list[object]:
    delivery, attempt = claimed(business)
    Delivery.objects.filter(pk=delivery.pk).update(state="queued", next_attempt_at=timezone.now())
    return [attempt.pk]


@plants("attempt.lease_expired")
def _(business: Business) -> list[object]:
    _, attempt = claimed(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(lease_until=ago(minutes=2))
    return [attempt.pk]


@plants("attempt.look_up_overdue")
def _(business: Business) -> list[object]:
    _, attempt = unknown(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(next_look_up_at=ago(minutes=6))
    return [attempt.pk]


@plants("attempt.unknown_without_look_up")
def _(business: Business) -> list[object]:
    _, attempt = unknown(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(next_look_up_at=None)
    return [attempt.pk]


@plants("attempt.accepted_without_sid")
def _(business: Business) -> list[object]:
    _, attempt = accepted(business)
    with unguarded("messaging_sendattempt", without=("messaging_sendattempt.attempt_accepted_has_a_sid",)):
        run("UPDATE messaging_sendattempt SET provider_sid = '' WHERE id = %s", attempt.pk)
    return [attempt.pk]


@plants("attempt.accepted_but_delivery_unsent")
def _(business: Business) -> list[object]:
    _, attempt = claimed(business)
    put(attempt, state="accepted", provider_sid=new_sid())
    return [attempt.pk]


# Conversations


@plants("thread.position_differs")
def _(business: Business) -> list[object]:
    thread = business.thread()
    Thread.objects.filter(pk=thread.pk).update(last_position=thread.last_position + 1)
    return [thread.pk]


@plants("thread.two_outside_parties")
def _(business: Business) -> list[object]:
    thread = business.thread()
    with unguarded(
        "messaging_participant",
        without=("messaging_participant.thread_one_open_outside_participant",),
    ):
        pass
    Participant.objects.create(
        organization=business.organization,
        thread=thread,
        number=business.front_desk,
        e164=stranger(),
        role="unknown",
    )
    return [thread.pk]


@plants("message.held_without_violation")
def _(business: Business) -> list[object]:
    thread = business.thread()
    business.window(thread)
    author = Author.sitter_by_app(business.sitter, business.sitter_user)
    held = submit(thread=thread, author=author, body="Text me at 619-701-0558", at=timezone.now()).message
    assert held.state == "held"
    Violation.objects.filter(message=held).delete()
    return [held.pk]


@plants("media.missing_from_storage")
def _(business: Business) -> list[object]:
    message = business.text("Look")
    made = []
    for position in (0, 1):
        media = MessageMedia(
            organization=business.organization, message=message, position=position, content_type="image/jpeg",
            source_url="https://api.twilio.test/1", state="kept", next_try_at=None,
        )  # fmt: skip
        media.file.save("dog.jpg", ContentFile(b"\xff\xd8\xff"))
        media.save()
        made.append(media)
    made[1].file.storage.delete(str(made[1].file.name))
    return [made[1].pk]


@plants("voicemail.missing_from_storage")
def _(business: Business) -> list[object]:
    kept, lost = (with_recording(voicemail_of(business, sender=business.client_phone)) for _ in range(2))
    assert default_storage.exists(str(kept.file.name))
    default_storage.delete(str(lost.file.name))
    return [lost.call_id]


# Tenancy and guards


@plants("tenancy.reference_into_another_business")
def _(business: Business) -> list[object]:
    thread, theirs = business.thread(), open_business("Paws")
    with unguarded(
        "messaging_thread",
        without=("messaging_thread.messaging_thread_client_id_same_organization",),
    ):
        run("UPDATE messaging_thread SET client_id = %s WHERE id = %s", theirs.client.pk, thread.pk)
    return [f"messaging_thread.client_id {thread.pk}"]


@plants("tenancy.key_missing")
def _(business: Business) -> list[object]:
    name = "messaging_thread_client_id_same_organization"
    with unguarded("messaging_thread", without=(f"messaging_thread.{name}",)):
        pass
    return [name]


@plants("guard.trigger_missing_or_off")
def _(business: Business) -> list[object]:
    run("SET CONSTRAINTS ALL IMMEDIATE")
    with owner():
        run("ALTER TABLE messaging_sendattempt DISABLE TRIGGER guard_attempt")
        run("DROP TRIGGER append_only ON audit_auditseal")
    return ["audit_auditseal.append_only", "messaging_sendattempt.guard_attempt"]


@plants("guard.constraint_missing")
def _(business: Business) -> list[object]:
    with unguarded(
        "messaging_delivery",
        without=("messaging_delivery.delivery_failed_has_reason", "messaging_delivery.delivery_claimable"),
    ):
        pass
    return ["messaging_delivery.delivery_failed_has_reason", "messaging_delivery.delivery_claimable"]


@plants("guard.running_role_may_rewrite")
def _(business: Business) -> list[object]:
    with owner():
        run(f'GRANT UPDATE ON messaging_deliveryreport TO "{django_settings.DATABASE_ROLE}"')
        run(f'GRANT TRUNCATE ON audit_auditevent TO "{django_settings.DATABASE_ROLE}"')
    return ["audit_auditevent", "messaging_deliveryreport"]


@plants("schema.migrations_missing")
def _(business: Business) -> list[object]:
    last = MigrationRecorder.Migration.objects.filter(app="policy").latest("pk")
    last.delete()
    return [f"policy.{last.name}"]


@plants("audit.unsealed")
def _(business: Business) -> list[object]:
    with transaction.atomic(), recording(actor=Actor.system(), at=ago(minutes=11)) as trail:
        trail.alert(policy_alerts.detector_failed(organization_id=business.organization.pk))
    alert = Alert.objects.get(organization=business.organization, kind="policy.detector_failed")
    alert_lifecycle.resolve(alert, by=business.owner, at=ago(minutes=11))
    return [AuditEvent.objects.get(verb="alert.resolved").pk]


# What must keep moving


@plants("running.silent")
def _(business: Business) -> list[object]:
    Heartbeat.objects.filter(name="tick").update(at=ago(seconds=31))
    Heartbeat.objects.filter(name="broker").update(at=ago(seconds=16))
    return ["broker", "tick"]


@plants("running.webhook_silent")
def _(business: Business) -> list[object]:
    heartbeats.note("webhook")
    Heartbeat.objects.filter(name="webhook").update(at=ago(seconds=31))
    return ["webhook"]


@plants("configuration.connections")
def _(business: Business) -> list[object]:
    django_settings.WEB_PROCESSES = connection_budget.offered()
    return [connection_budget.wanted()]


@plants("import.stuck")
def _(business: Business) -> list[object]:
    stuck, late = (
        PeopleImport.objects.create(
            organization=business.organization,
            kind="clients",
            state="running",
            encoding="utf-8",
            created_by=business.owner,
            ordered_by=business.owner,
            started_at=ago(minutes=minutes),
        )
        for minutes in (31, 29)
    )
    assert late.pk
    return [stuck.pk]


@plants("receipt.overdue")
def _(business: Business) -> list[object]:
    receipt = receipt_of(business, state="failed", tries=1, next_try_at=ago(minutes=6))
    receipt_of(business, state="failed", tries=1, next_try_at=ago(minutes=1))
    return [receipt.pk]


@plants("receipt.set_aside")
def _(business: Business) -> list[object]:
    return [receipt_of(business, state="quarantined", tries=8).pk]


@plants("receipt.number_is_there")
def _(business: Business) -> list[object]:
    MessageNumber.objects.filter(pk=business.front_desk.pk).update(created_at=ago(hours=1))
    return [receipt_of(business, state="unrouted", received_at=ago(hours=1)).pk]


@plants("occurrence.stuck")
def _(business: Business) -> list[object]:
    app.conf.beat_schedule["test"] = {"task": "automations.tasks.react"}
    found = Occurrence.objects.create(
        organization=business.organization, kind="x", key="1", due_at=ago(minutes=11)
    )
    return [found.pk]


@pytest.fixture(autouse=True)
def _schedule() -> Any:
    before = dict(app.conf.beat_schedule)
    yield
    app.conf.beat_schedule.clear()
    app.conf.beat_schedule.update(before)


@plants("configuration.not_for_production")
def _(business: Business) -> list[object]:
    return ["snoutos.E003", "snoutos.E004"]


# What the plants need


def calling(business: Business, body: str = "See you") -> tuple[Delivery, SendAttempt]:
    delivery, attempt = claimed(business, body)
    attempt.state, attempt.called_at = "calling", timezone.now()
    attempt.save(update_fields=["state", "called_at"])
    return delivery, attempt


def unknown(business: Business) -> tuple[Delivery, SendAttempt]:
    delivery, attempt = calling(business)
    record(attempt, Unknown("read_timeout"))
    return Delivery.objects.get(pk=delivery.pk), SendAttempt.objects.get(pk=attempt.pk)


def accepted(business: Business, body: str = "See you") -> tuple[Delivery, SendAttempt]:
    delivery, attempt = calling(business, body)
    record(attempt, Accepted(new_sid(), "queued"))
    return Delivery.objects.get(pk=delivery.pk), SendAttempt.objects.get(pk=attempt.pk)


def again(delivery: Delivery, state: str) -> SendAttempt:
    """A second attempt of a delivery, which the guards would refuse."""
    with unguarded("messaging_sendattempt"):
        made: SendAttempt = SendAttempt.objects.create(
            organization_id=delivery.organization_id, delivery=delivery, number=2, account_id=delivery.account_id,
            sender=delivery.sender, recipient=delivery.recipient, body_hash=delivery.body_hash, token=new_sid(),
            fence=2, lease_until=timezone.now(), state=state, provider_sid=new_sid(),
        )  # fmt: skip
    return made


def report(attempt: SendAttempt, status: str, *, rank: int) -> None:
    DeliveryReport.objects.create(
        organization_id=attempt.organization_id,
        attempt=attempt,
        status=status,
        rank=rank,
        provider_sid=attempt.provider_sid,
    )


def receipt_of(business: Business, **columns: Any) -> WebhookReceipt:
    made: WebhookReceipt = WebhookReceipt.objects.create(
        account=business.account,
        organization=business.organization,
        kind="inbound",
        dedupe_key=new_sid(),
        raw=b"",
        recipient=business.front_desk.e164,
        **columns,
    )
    return made


# What looks like a fault and is none


def test_a_long_queue_that_moves_is_no_fault(business: Business) -> None:
    claimed(business, "First")
    waiting = owner_says(business, "Second")
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=ago(minutes=20))
    assert broken("delivery.overdue") == []


def test_a_stopped_account_makes_nothing_overdue(business: Business) -> None:
    waiting = owner_says(business, "See you")
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=ago(minutes=20))
    assert broken("delivery.overdue") == [str(waiting.pk)]
    type(business.account).objects.filter(pk=business.account.pk).update(line_state="stopped")
    assert broken("delivery.overdue") == []


def test_a_lane_that_is_being_looked_up_makes_nothing_overdue(business: Business) -> None:
    _, attempt = unknown(business)
    SendAttempt.objects.filter(pk=attempt.pk).update(claimed_at=ago(minutes=20))
    waiting = owner_says(business, "Other words")
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=ago(minutes=20))
    assert broken("delivery.overdue") == []
    SendAttempt.objects.filter(pk=attempt.pk).update(lane_yielded=True)
    assert broken("delivery.overdue") == [str(waiting.pk)]


def test_an_owner_who_dealt_with_a_double_text_hears_of_it_no_more(business: Business) -> None:
    delivery, _ = accepted(business)
    again(delivery, "accepted")
    with transaction.atomic(), recording(actor=Actor.system()) as trail:
        trail.alert(
            alerts.delivery_sent_twice(
                organization_id=business.organization.pk,
                thread_id=delivery.thread_id,
                delivery_id=delivery.pk,
            )
        )
    assert broken("delivery.sent_twice") == [str(delivery.pk)]
    alert_lifecycle.resolve(
        Alert.objects.get(kind="delivery.sent_twice"), by=business.owner, at=timezone.now()
    )
    assert broken("delivery.sent_twice") == []


def test_occurrences_that_nobody_takes_are_kept_without_complaint(business: Business) -> None:
    app.conf.beat_schedule.clear()
    Occurrence.objects.create(organization=business.organization, kind="x", key="1", due_at=ago(days=1))
    assert broken("occurrence.stuck") == []


def test_every_trigger_of_ours_is_guarded(business: Business) -> None:
    """A migration that adds a trigger adds it to the doctor's list."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        assert sorted(cursor.fetchall()) == sorted(TRIGGERS)


def test_no_finding_names_anybody(business: Business, settings: Any) -> None:
    """Texts, phones and names of a full business, with every fault at once that fits together."""
    full = open_full_business("Quetzal")
    for code in ("delivery.overdue", "thread.position_differs", "receipt.set_aside", "running.silent"):
        PLANTS[code](business)
    said = str(examine(at=timezone.now() + AN_HOUR))
    for one in (full, business):
        for secret in (one.client.name, one.client_phone, one.front_desk.e164, one.organization.name):
            assert secret not in said
    bodies = Message.objects.exclude(body="").values_list("body", flat=True)
    assert not [body for body in bodies if body in said]
