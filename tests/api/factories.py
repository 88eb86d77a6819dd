"""Whole businesses for the API's tests. Every text, name and label of one holds its canary."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import Alert
from audit.record import Actor, recording
from automations import lifecycle as automations
from automations.engine import external_events, match, runner
from automations.lifecycle import Wish
from automations.models import Automation, CannedReply, Execution, ExternalEvent
from automations.trial import dry_run
from messaging import alerts, events
from messaging.models import (
    AssignmentWindow,
    Call,
    Client,
    Delivery,
    DeliveryReport,
    Message,
    MessageMedia,
    MessageNumber,
    Participant,
    PeopleImport,
    ProviderDifference,
    Revocation,
    RoutingOverride,
    SendAttempt,
    SendingLine,
    Sitter,
    SitterDevice,
    Thread,
    Visit,
)
from messaging.models.messages import Audience
from messaging.spreadsheets import uploads
from policy.models import Violation
from routing import decisions
from snoutos.accounts import api_keys
from snoutos.accounts.api_keys import Scope
from snoutos.accounts.models import Organization, User
from snoutos.accounts.roles import Role
from tests.business import Office, new_phone, number_of
from tests.factories import (
    ClientFactory,
    ClientPhoneFactory,
    OrganizationFactory,
    ProviderAccountFactory,
    SitterFactory,
)

_serial = itertools.count(1)


def phone() -> str:
    """A number nobody else has."""
    return new_phone("415")


def user(organization: Organization | None, role: Role, canary: str = "") -> User:
    """A user with a role."""
    return User.objects.create_user(
        f"u{next(_serial)}@example.com", role=role, organization=organization, name=f"{canary} {role}"
    )


def key_of(person: User, *scopes: str) -> str:
    """The secret of a new key; without scopes named, it has all of them."""
    return api_keys.issue(person, name="test", scopes=list(scopes) or list(Scope.values)).secret


def client_of(person: User, *scopes: str) -> APIClient:
    """An HTTP client that holds a key of `person`."""
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"Bearer {key_of(person, *scopes)}")
    return http


@dataclass
class Business(Office):
    """An office with a person of each role, a sitter, a client and a conversation; filled, with a row of everything the API shows."""

    staff: User
    sitter_user: User
    integration: User
    sitter: Sitter
    client: Client
    thread: Thread
    canary: str
    # What `fill` makes.
    held: Message = field(init=False)
    violation: Violation = field(init=False)
    failed: Delivery = field(init=False)
    parked: Delivery = field(init=False)
    window: AssignmentWindow = field(init=False)
    visit: Visit = field(init=False)
    override: RoutingOverride = field(init=False)
    alert: Alert = field(init=False)
    automation: Automation = field(init=False)
    execution: Execution = field(init=False)
    event: ExternalEvent = field(init=False)
    people_import: PeopleImport = field(init=False)
    revocation: Revocation = field(init=False)
    canned: CannedReply = field(init=False)
    device: SitterDevice = field(init=False)
    difference: ProviderDifference = field(init=False)

    @property
    def number(self) -> MessageNumber:
        return self.front_desk

    def say(self, author_kind: str = "client", **columns: Any) -> Message:
        """A message at the end of the thread."""
        return say(self.thread, author_kind=author_kind, **columns)


def business(canary: str = "CANARY", *, full: bool = True) -> Business:
    """A business; with `full`, also texts, deliveries, findings, alerts and a trail."""
    organization = OrganizationFactory(name=f"{canary} Pets")
    account = ProviderAccountFactory(
        organization=organization, label=f"{canary} account", auth_token=f"{canary}-token"
    )
    number = number_of(account, "front_desk", label=f"{canary} desk")
    client, sitter_user = person(organization, canary), user(organization, Role.SITTER, canary)
    made = Business(
        organization=organization,
        owner=user(organization, Role.OWNER, canary),
        account=account,
        front_desk=number,
        staff=user(organization, Role.STAFF, canary),
        sitter_user=sitter_user,
        integration=user(organization, Role.INTEGRATION, canary),
        sitter=SitterFactory(
            organization=organization, name=f"{canary} Ana", user=sitter_user, phone=phone()
        ),
        client=client,
        thread=conversation(number, client),
        canary=canary,
    )
    if full:
        fill(made)
    return made


def person(organization: Organization, canary: str = "CANARY") -> Client:
    """A client with one phone."""
    client = ClientFactory(
        organization=organization,
        name=f"{canary} Client {next(_serial)}",
        pets=f"{canary} Rex",
        notes=f"{canary} notes",
    )
    ClientPhoneFactory(organization=organization, client=client, e164=phone())
    return client


def conversation(number: MessageNumber, client: Client) -> Thread:
    """A thread with the client's phone over `number`."""
    thread: Thread = Thread.objects.create(
        organization=number.organization, client=client, last_message_at=timezone.now()
    )
    Participant.objects.create(
        organization=number.organization,
        thread=thread,
        number=number,
        e164=client.phones.get().e164,
        role="client",
        client=client,
    )
    return thread


def say(thread: Thread, *, author_kind: str = "client", body: str = "hello", **columns: Any) -> Message:
    """A message at the end of `thread`."""
    thread.last_position += 1
    thread.last_message_at = timezone.now()
    if author_kind == "client":
        thread.owner_position = thread.last_position
    thread.save()
    columns.setdefault("state", "received" if author_kind == "client" else "accepted")
    message: Message = Message.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=thread.last_position,
        author_kind=author_kind,
        body=body,
        **columns,
    )
    return message


def call(thread: Thread) -> Call:
    """A missed call at the end of `thread`."""
    thread.last_position += 1
    thread.save()
    party = thread.participants.select_related("number").earliest("pk")
    made: Call = Call.objects.create(
        organization_id=thread.organization_id,
        thread=thread,
        position=thread.last_position,
        participant=party,
        number=party.number,
        account_id=party.number.account_id,
        provider_sid=f"CA{next(_serial):032d}",
        state="missed",
    )
    return made


def window(made: Business, **columns: Any) -> AssignmentWindow:
    """A window of the business' sitter in its thread, in force now."""
    at = timezone.now()
    columns = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(hours=1), **columns}
    found: AssignmentWindow = AssignmentWindow.objects.create(
        organization=made.organization, thread=made.thread, sitter=made.sitter, **columns
    )
    return found


def fill(made: Business) -> None:
    """Give the business a row of everything."""
    organization, thread, canary, at = made.organization, made.thread, made.canary, timezone.now()
    made.window = window(made)
    made.visit = Visit.objects.create(
        organization=organization,
        client=made.client,
        sitter=made.sitter,
        starts_at=at + timedelta(days=3),
        ends_at=at + timedelta(days=4),
    )
    made.override = RoutingOverride.objects.create(
        organization=organization,
        thread=thread,
        target="owner_inbox",
        starts_at=at - timedelta(days=2),
        ends_at=at - timedelta(days=1),
        reason=f"{canary} reason",
    )
    received = made.say(
        participant=Participant.objects.get(thread=thread, role="client"),
        body=f"{canary} my mail is a@b.example",
        redacted_body=f"{canary} my mail is [hidden]",
    )
    MessageMedia.objects.create(
        organization=organization,
        message=received,
        position=0,
        content_type="image/jpeg",
        source_url="https://x.example/1",
    )
    made.say("owner", body=f"{canary} note", audience=Audience.OWNER, is_note=True, author=made.owner)
    made.held = made.say(
        "sitter", body=f"{canary} call 415", sitter=made.sitter, state="held", held_reason="finding",
        redacted_body=f"{canary} call [hidden]", author=made.sitter_user,
    )  # fmt: skip
    made.violation = Violation.objects.create(
        organization=organization, message=made.held, thread=thread, sitter=made.sitter, author_kind="sitter",
        findings=[{"kind": "phone", "start": 12, "end": 15, "score": 0.9, "reasons": ["digits"]}],
        rule_version="1", action="hold",
    )  # fmt: skip
    made.revocation = Revocation.objects.create(
        organization=organization, message=received, e164=made.client.phones.get().e164, said_at=at,
        opened_at=at, due_at=at + timedelta(days=14),
    )  # fmt: skip
    call(thread)
    made.difference = ProviderDifference.objects.create(
        organization=organization,
        account=made.account,
        kind="calls",
        e164=made.number.e164,
        number=made.number,
    )
    made.failed = troubled(made, "failed")
    made.parked = troubled(made, "parked")
    _trail(made, received)
    _automate(made)
    made.people_import = from_file(made)
    made.canned = CannedReply.objects.create(
        organization=organization, name=f"{canary} reply", body=f"{canary} Hi"
    )
    made.device = SitterDevice.objects.create(
        organization=organization,
        sitter=made.sitter,
        user=made.sitter_user,
        name="Safari on iPhone",
        session_key=secrets.token_hex(16),
    )


def from_file(made: Business) -> PeopleImport:
    """A file that was uploaded: one row that can be added, and one that can't."""
    rows = f"Name,Phone\n{made.canary} Filed,{phone()}\n{made.canary} Typo,555-0186\n"
    return uploads.upload(
        organization=made.organization, kind="clients", file_name=f"{made.canary}.csv", data=rows.encode(), by=made.owner,
        at=timezone.now(),
    )  # fmt: skip


def troubled(made: Business, state: str) -> Delivery:
    """A delivery that failed for good, or whose outcome is unknown (`parked`)."""
    at = timezone.now()
    delivery = queued(made)
    participant = delivery.participant
    attempt = SendAttempt.objects.create(
        organization=made.organization, delivery=delivery, number=1, account=made.account,
        sender=delivery.sender, recipient=participant.e164, body_hash=delivery.body_hash,
        token=f"{made.canary}-{next(_serial)}", fence=1, lease_until=at,
    )  # fmt: skip
    _move(delivery, state="sending", current_attempt=attempt)
    _move(attempt, state="calling", called_at=at - timedelta(minutes=30))
    if state == "failed":
        _move(attempt, state="rejected", error_code="30003", settled_at=at)
        _move(delivery, state="failed", reason="rejected", error_code="30003", finished_at=at)
    else:
        _move(attempt, state="unknown", unknown_at=at - timedelta(minutes=30), lane_yielded=True)
        _move(delivery, state="unknown")
        _move(attempt, state="absent", settled_at=at)
        _move(delivery, state="parked")
    DeliveryReport.objects.create(
        organization=made.organization,
        attempt=attempt,
        status="failed",
        rank=40,
        error_code="30003",
        provider_sid="SM1",
    )
    return delivery


def queued(made: Business, *, body: str | None = None) -> Delivery:
    """An owner's text that waits to leave."""
    message = made.say("owner", body=body or f"{made.canary} out {next(_serial)}", author=made.owner)
    participant = Participant.objects.get(thread=made.thread, role="client")
    delivery: Delivery = Delivery.objects.create(
        organization=made.organization, message=message, thread=made.thread, participant=participant,
        account=made.account, line=SendingLine.objects.get(number=made.number),
        sender=made.number.e164,        recipient=participant.e164, body=message.body, body_hash=str(next(_serial)), authority="owner",
    )  # fmt: skip
    return delivery


def _move(row: Any, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))


def _trail(made: Business, received: Message) -> None:
    organization_id, thread, at = made.organization.pk, made.thread, timezone.now()
    party = Participant.objects.select_related("number").get(thread=thread, role="client")
    with transaction.atomic(), recording(actor=Actor.user(made.owner.pk), at=at) as trail:
        decisions.keep(received, decisions.decide(thread, party, at))
        trail.record(
            events.message_note_added(
                organization_id=organization_id, thread_id=thread.pk, message_id=received.pk
            )
        )
        trail.alert(alerts.policy_held(organization_id=organization_id, thread_id=thread.pk))
        trail.alert(
            alerts.delivery_dead_letter(
                organization_id=organization_id,
                thread_id=thread.pk,
                delivery_id=made.failed.pk,
                attempts=4,
                code="30003",
            )
        )
    made.alert = Alert.objects.of(organization_id).get(kind="policy.held")


def _automate(made: Business) -> None:
    """An automation that was switched on, an event, and what it made of it."""
    organization, canary, at = made.organization, made.canary, timezone.now()
    wish = Wish(
        content={
            "trigger": {"kind": "event", "name": "booking.*"},
            "conditions": {"field": "event.data.note", "op": "is_not", "value": f"{canary} not"},
            "actions": [{"kind": "tag_thread", "tag": f"{canary.lower()} booked"}],
        },
        lane="system",
    )
    made.automation = automations.create(
        organization=organization, name=f"{canary} rule", wish=wish, by=made.owner, at=at
    )
    dry_run.test(made.automation, scene=dry_run.Scene(thread=made.thread), by=made.owner, at=at)
    automations.activate(made.automation, by=made.owner, at=at - timedelta(minutes=1))
    made.event = external_events.report(
        organization=organization,
        name="booking.created",
        data={"note": f"{canary} data"},
        by=made.integration,
        at=at,
        thread=made.thread,
    )
    match.match_due()
    made.execution = Execution.objects.get(automation=made.automation)
    runner.run(made.execution.pk)
    made.thread.refresh_from_db()
