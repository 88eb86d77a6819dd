"""A business with at least one row in every table that belongs to a business."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from audit import alert_lifecycle, looks
from audit.models import Alert
from audit.record import Actor, recording
from automations.engine.external_events import report
from automations.models import CannedReply, Limits
from messaging import events
from messaging.alerting import notify
from messaging.assignments import overrides
from messaging.models import (
    Delivery,
    DeliveryReport,
    MessageMedia,
    Participant,
    ProviderDifference,
    Thread,
    VisitNotice,
)
from messaging.models.imports import ImportKind
from messaging.outbound.queue import claims
from messaging.outbound.queue.submit import Author, submit
from messaging.people import threads
from messaging.sign_in import devices
from messaging.spreadsheets import running, uploads
from policy.models import AllowedContact, Resolution, ScreeningRule, Violation
from policy.record import resolve
from snoutos.accounts.models import ApiKey, IdempotentRequest
from snoutos.accounts.tenancy import TenantForeignKey, TenantModel
from tests.automations.rules import active, settle
from tests.business import Business, another_client, open_business, stranger
from tests.factories import MessageNumberFactory
from tests.messaging.alerting.steps import locked, use_phone
from tests.messaging.calls import calling
from tests.messaging.calls.calling import (
    called,
    colleague,
    put_through_to_member,
    voicemail_of,
    with_recording,
)
from tests.messaging.consent.agreeing import agree


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def tenant_keys() -> list[TenantForeignKey]:
    """Every `TenantForeignKey` of every model, tenant or not."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    ]


def open_full_business(name: str) -> Business:
    business = open_business(name)
    thread = business.thread()
    business.window(thread, begins=0)
    business.visit(begins=30, ends=31)
    assert VisitNotice.objects.of(business.organization).filter(window=None).exists()
    _texts(business, thread)
    _sent(business, thread)
    _signed_in(business)
    _decided(business)
    _settings(business)
    _alerted(business)
    _automated(business)
    _imported(business)
    threads.mark_read(thread, business.owner)
    opened = events.access_conversation_opened(organization_id=business.organization.pk, thread_id=thread.pk)
    looks.note(opened, by=business.owner, at=timezone.now())
    return business


def _signed_in(business: Business) -> None:
    """A sitter who asked for a link, and a browser of theirs."""
    business.text("LINK", sender=business.sitter.phone)
    devices.seen(business.sitter, business.sitter_user, secrets.token_hex(16), agent="", at=timezone.now())


def _texts(business: Business, thread: Thread) -> None:
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.test/1", "MediaContentType0": "image/jpeg"}
    business.text("call 619-701-0558", **media)
    assert MessageMedia.objects.of(business.organization).exists()
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    business.text("call 619-701-0558", sender=business.sitter.phone, to=line.number.e164)
    business.text("HELP")
    called(business, sender=business.client_phone)
    with_recording(voicemail_of(business, sender=business.client_phone))
    ben = colleague(business)
    put_through_to_member(business, ben)
    calling.put_through_after_hours(business, ben)
    business.text("STOP", sender=another_client(business)[1])
    business.text("Hello?", sender=stranger(), to=business.pool.e164)
    agree(business.client.phones.get(), by=business.owner)
    asked = stranger()
    business.text("please stop texting me", sender=asked)
    business.text("STOP", sender=asked)
    business.text("please stop texting me", sender=stranger())
    now = timezone.now()
    overrides.set_override(
        thread=thread,
        target="sitter",
        sitter=business.sitter,
        ends_at=now + timedelta(hours=1),
        reason="ill",
        by=business.owner,
        at=now,
    )


def _sent(business: Business, thread: Thread) -> None:
    """A delivery with an attempt that the provider reported about, and one that nobody has tried."""
    for body in ("See you", "Good night"):
        submit(thread=thread, author=Author.owner(business.owner), body=body, at=timezone.now())
    delivery = Delivery.objects.of(business.organization).get(body="See you")
    claims.wake(delivery.line_id)
    attempt = claims.claim(delivery.line_id)
    assert attempt is not None
    assert attempt.delivery_id == delivery.pk
    DeliveryReport.objects.create(
        organization=business.organization, attempt=attempt, status="sent", rank=30, provider_sid="SM1"
    )


def _decided(business: Business) -> None:
    """A false alarm and an alert that the owner finished."""
    now = timezone.now()
    violation = Violation.objects.of(business.organization).earliest("pk")
    with transaction.atomic(), recording(actor=Actor.user(business.owner.pk)):
        resolve(violation.message, Resolution.DISMISSED, by=business.owner, at=now)
    alert_lifecycle.resolve(Alert.objects.of(business.organization).earliest("pk"), by=business.owner, at=now)


def _automated(business: Business) -> None:
    """A rule that reacted to a text, another system's event, limits, and a canned reply."""
    CannedReply.objects.create(
        organization=business.organization, name="Own", body="Hi", member=business.owner
    )
    Limits.objects.create(organization=business.organization)
    active(business)
    business.text("Does anybody react?")
    report(
        organization=business.organization,
        name="booking.created",
        data={"pets": 1},
        by=business.owner,
        at=timezone.now(),
        client=business.client,
    )
    settle()


def _imported(business: Business) -> None:
    """A client and a sitter from files."""
    for kind in ImportKind.values:
        rows = f"Name,Phone\nFiled,{stranger()}\n".encode()
        made = uploads.upload(
            organization=business.organization, kind=kind, file_name="people.csv", data=rows, by=business.owner, at=timezone.now()
        )  # fmt: skip
        running.start(made, by=business.owner, at=timezone.now())
        running.go_on(made.pk)


def _alerted(business: Business) -> None:
    """A phone that alerts go to, and one that went there."""
    use_phone(business)
    locked(business)
    notify.notify(timezone.now())


def _settings(business: Business) -> None:
    organization = business.organization
    MessageNumberFactory(organization=organization, account=business.account, e164=stranger())
    ApiKey.objects.create(
        organization=organization, user=business.owner, name="app", prefix=uuid.uuid4().hex[:16], digest="0"
    )
    IdempotentRequest.objects.create(organization=organization, user=business.owner, key="1", fingerprint="0")
    AllowedContact.objects.create(organization=organization, kind="domain", value="vet.example")
    ProviderDifference.objects.create(
        organization=organization,
        account=business.account,
        kind="texts",
        e164=business.front_desk.e164,
        number=business.front_desk,
    )
    ScreeningRule.objects.create(
        organization=organization, author_kind="owner", finding_kind="url", action="allow"
    )
