"""A business with at least one row in every table that belongs to a business."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from audit import alerts
from audit.models import Alert
from audit.record import Actor, recording
from automations.models import Limits
from automations.reporting import report
from messaging.assignments import overrides
from messaging.models import Delivery, DeliveryReport, MessageMedia, Participant, Thread
from messaging.outbound import claiming
from messaging.outbound.submit import Author, submit
from messaging.people import verbs as people
from policy.models import AllowedContact, Resolution, ScreeningRule, Violation
from policy.record import resolve
from snoutos.accounts.models import ApiKey, IdempotentRequest
from snoutos.accounts.tenancy import TenantForeignKey, TenantModel
from tests.automations.rules import active, settle
from tests.business import Business, another_client, open_business, stranger
from tests.factories import MessageNumberFactory


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
    business.window(thread)
    _texts(business, thread)
    _sent(business, thread)
    _decided(business)
    _settings(business)
    _automated(business)
    people.mark_read(thread, business.owner)
    return business


def _texts(business: Business, thread: Thread) -> None:
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.test/1", "MediaContentType0": "image/jpeg"}
    business.text("call 619-701-0558", **media)
    assert MessageMedia.objects.of(business.organization).exists()
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    business.text("call 619-701-0558", sender=business.sitter.phone, to=line.number.e164)
    business.text("HELP")
    business.text("STOP", sender=another_client(business)[1])
    business.text("Hello?", sender=stranger(), to=business.pool.e164)
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
    claiming.wake(delivery.line_id)
    attempt = claiming.claim(delivery.line_id)
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
    alerts.resolve(Alert.objects.of(business.organization).earliest("pk"), by=business.owner, at=now)


def _automated(business: Business) -> None:
    """A rule that reacted to a text, another system's event, and limits."""
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


def _settings(business: Business) -> None:
    organization = business.organization
    MessageNumberFactory(organization=organization, account=business.account, e164=stranger())
    ApiKey.objects.create(
        organization=organization, user=business.owner, name="app", prefix=uuid.uuid4().hex[:16], digest="0"
    )
    IdempotentRequest.objects.create(organization=organization, user=business.owner, key="1", fingerprint="0")
    AllowedContact.objects.create(organization=organization, kind="domain", value="vet.example")
    ScreeningRule.objects.create(
        organization=organization, author_kind="owner", finding_kind="url", action="allow"
    )
