"""After a varied day, nothing that a person is or wrote stands in the trail, in what automations read, in alerts, decisions or logs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import serializers
from django.utils import timezone

from audit.models import Alert, AuditEvent, Occurrence
from automations.engine.external_events import report
from automations.trial.dry_run import Scene
from messaging.assignments import overrides, windows
from messaging.calls import settings
from messaging.calls.settings import Calls
from messaging.consent import changes as consent
from messaging.inbound import process, receipts
from messaging.models import Delivery, MessageNumber, Participant, Sitter, SitterDevice, WebhookReceipt
from messaging.outbound.queue.submit import Author, add_note, submit
from messaging.people import sitters, threads
from policy import detector
from policy.models import Violation
from routing.models import RoutingDecision
from tests.automations.rules import active, ran, settle
from tests.business import Business, another_client, open_business, stranger
from tests.messaging.calls import calling
from tests.messaging.calls.calling import answer_to, call_params, called, put_through, put_through_to
from tests.snoutos.sitter_page.signing import link_in, new_browser

CANARIES = ("Quetzalcoatl", "zanzibar", "xylophone.example", "Quetzal-Tails")
CONTACT = "415-701-0558"


class Lines(logging.Handler):
    """Everything that is logged, formatted as production does."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.written = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.written.write(f"{record.name} {record.getMessage()} {record.exc_text or ''} {record.args}\n")


@pytest.fixture
def logged() -> Iterator[Lines]:
    handler = Lines()
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def body(text: str) -> str:
    return f"zanzibar {text}"


def a_varied_day(business: Business, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything this half of the product does; the phones that took part."""
    now = timezone.now()
    phones = [business.client_phone, business.sitter.phone, stranger()]
    thread = business.text(body("hello")).thread
    business.window(thread)
    business.text(body(f"call {CONTACT}, mail quetzalcoatl@xylophone.example, EMERGENCY"))
    line = Participant.objects.select_related("number").get(thread=thread, role="sitter")
    to = line.number.e164
    for _ in range(3):
        business.text(body(f"call {CONTACT}"), sender=business.sitter.phone, to=to)
    business.text(body("locked"), sender=business.sitter.phone, to=to)
    business.text(body("ill"), sender=business.sitter.phone)
    business.text("LINK", sender=business.sitter.phone)
    browser = new_browser()
    for _ in range(2):
        browser.post(link_in(Delivery.objects.latest("pk").body))
    business.text(body("who?"), sender=phones[2], to=business.pool.e164)
    business.post(business.inbound_params(body("lost"), to="+16285557777"))
    business.post(business.inbound_params(body("odd"), sender="zanzibar" * 4))
    business.post(business.inbound_params(body("forged")), token="wrong")
    business.post(
        {**business.inbound_params(body("twice")), "MessageSid": thread.messages.get(position=1).provider_sid}
    )
    submit(thread=thread, author=Author.owner(business.owner), body=body(f"mine: {CONTACT}"), at=now)
    add_note(thread=thread, by=business.owner, body=body("note"), at=now)
    _changes(business, thread, phones[2], now)
    _failures(business, monkeypatch)
    missed = Calls(text=body("missed"))
    settings.set_calls(business.front_desk, missed, by=business.owner, at=now)
    for caller in phones:
        called(business, sender=caller)
        calling.voicemail_of(business, sender=caller)
    put_through_to(business, CONTACT)
    for outcome in ("completed", "no-answer"):
        put_through(business, sender=business.client_phone, outcome=outcome)
    answer_to(business, call_params(business, sender="zanzibar"))
    for said in ("HELP", "cancel", "START", "STOP"):
        business.text(said)
    _automations(business, now)
    return phones


def _automations(business: Business, now: datetime) -> None:
    """Rules that quote what people are and wrote, one that fails with it in hand, and another system's words."""
    rule = active(
        business,
        {"kind": "add_note", "body": "{{ client.name }}: {{ message.text }}"},
        {"kind": "tag_thread", "tag": "zanzibar"},
        {"kind": "text_client", "body": "{{ client.name }}, {{ message.text }}"},
        name="Quetzalcoatl",
        lane="system",
    )
    active(
        business,
        {"kind": "add_note", "body": "{{ event.data.who }}"},
        name="Event",
        lane="system",
        trigger={"kind": "event", "name": "booking.created"},
        scene=Scene(thread=business.thread(), event_data={"who": "Quetzalcoatl"}),
    )
    business.text(body("to the rules"))
    report(
        organization=business.organization,
        name="booking.created",
        data={"who": "Quetzalcoatl zanzibar", "phone": CONTACT},
        by=business.owner,
        at=now,
        client=business.client,
    )
    settle()
    assert ran(rule)


def _changes(business: Business, thread: Any, unknown: str, now: Any) -> None:
    client, phone = another_client(business, "Quetzalcoatl Ortiz")
    pool_thread = Participant.objects.get(e164=unknown).thread
    threads.link(pool_thread, client, by=business.owner, at=now)
    overrides.set_override(
        thread=thread,
        target="owner_inbox",
        ends_at=now + timedelta(hours=1),
        reason=body("reason"),
        by=business.owner,
        at=now,
    )
    sitters.unlock(business.sitter, by=business.owner, at=now)
    consent.opt_out(business.organization, phone, by=business.owner, at=now)
    windows.end(thread.windows.get(), by=business.owner, at=timezone.now())
    threads.close_thread(thread, by=business.owner, at=now)
    business.text(body("reopen"))
    business.pause(business.pool)
    business.text(body("resting"), sender=unknown, to=business.pool.e164)


def _failures(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **_: Any) -> None:
        raise ValueError(f"cannot read {args!r}")

    with monkeypatch.context() as broken:
        broken.setattr(process, "_keep_media", fail)
        business.post(business.inbound_params(body("fails")))
    receipt = WebhookReceipt.objects.get(state="failed")
    with monkeypatch.context() as broken:
        broken.setattr(detector, "find", fail)
        business.text(body("unseen"))
    with monkeypatch.context() as broken:
        broken.setattr(process, "_keep_media", fail)
        for _ in range(receipts.TRIES):
            receipts.process_again(receipt)


@pytest.fixture
def named(db: None) -> Business:
    """A business whose people's names would be recognised anywhere."""
    business = open_business("Quetzal-Tails")
    business.client.name = "Quetzalcoatl Reyes"
    business.client.save()
    Sitter.objects.filter(pk=business.sitter.pk).update(name="Quetzalcoatl")
    business.owner.email = "quetzalcoatl@xylophone.example"
    business.owner.save()
    return business


def test_no_personal_data_where_none_belongs(
    named: Business, logged: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    phones = a_varied_day(named, monkeypatch)
    kept = {
        model.__name__: serializers.serialize("json", model._default_manager.all())
        for model in (AuditEvent, Occurrence, Alert, RoutingDecision, Violation)
    }
    kept["receipts' failures"] = "\n".join(WebhookReceipt.objects.values_list("failure", flat=True))
    kept["log"] = logged.written.getvalue()
    secrets = [*CANARIES, *phones, *(phone[2:] for phone in phones), CONTACT, "7010558"]
    secrets += [link_in(one.body) for one in Delivery.objects.filter(body__contains="/sitter/link/")]
    secrets += SitterDevice.objects.values_list("session_key", flat=True)
    secrets += MessageNumber.objects.values_list("e164", flat=True)
    found = {
        (place, secret)
        for place, text in kept.items()
        for secret in secrets
        if secret.lower() in text.lower()
    }
    assert found == set()


def test_the_day_was_varied(named: Business, logged: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above looks at something: the verbs and alerts of nearly all that happens on the way in."""
    a_varied_day(named, monkeypatch)
    assert set(named.verbs()) >= {
        "webhook.inbound.received",
        "webhook.inbound.duplicate_rejected",
        "webhook.inbound.unrouted",
        "webhook.inbound.unactionable",
        "webhook.inbound.failed",
        "webhook.inbound.quarantined",
        "webhook.signature_rejected",
        "routing.decided",
        "routing.unmapped_pool",
        "policy.violation.detected",
        "policy.detector_failed",
        "policy.sitter_locked",
        "consent.opted_out",
        "consent.opted_in",
        "consent.help_requested",
        "thread.reopened",
        "thread.party_linked",
        "sitter.link_used",
        "sitter.link_refused",
        "call.received",
        "call.ended",
    }
    assert set(named.verbs()) >= {"automation.ran", "automation.event_reported", "thread.tagged"}
    assert len(set(named.alerts())) >= 7
    assert RoutingDecision.objects.count() > 10
    assert "webhook.failed" in logged.written.getvalue()
