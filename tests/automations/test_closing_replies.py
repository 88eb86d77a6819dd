"""Replies while the business is closed: none is turned on that names nobody to call, and the contact stays as long as one says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from automations import closing_replies, gallery, lifecycle
from automations.errors import EmergencyContactInUse, EmergencyContactNeeded
from automations.models import Automation, VersionState
from automations.trial.dry_run import Scene
from automations.trial.dry_run import test as try_out
from messaging import hours
from messaging.errors import HoursRefused
from messaging.models import Message, Sitter
from snoutos.accounts.models import Organization
from snoutos.adminkit import address
from tests.automations.rules import ALERT, active, settle, wish
from tests.business import Business
from tests.desk.automation_forms import fields_of

pytestmark = pytest.mark.django_db

CONTACT = "VCA Animal Hospital, (310) 555-0123"
CLOSED = {"field": "time.is_business_hours", "op": "is_no"}
NIGHT = {"field": "time.is_quiet", "op": "is_yes"}
SAYS = {
    "kind": "text_client",
    "body": "We're closed. In an emergency, call {{ business.emergency_contact }}.",
}
SILENT = {"kind": "text_client", "body": "We're closed. We'll get back to you."}


def made_and_tested(business: Business, *actions: dict[str, Any], **more: Any) -> Automation:
    at = timezone.now()
    made = lifecycle.create(
        organization=business.organization,
        name="Closed",
        wish=wish(*actions, **more),
        by=business.owner,
        at=at,
    )
    try_out(made, scene=Scene(thread=business.thread()), by=business.owner, at=at)
    return made


def turn_on(business: Business, *actions: dict[str, Any], **more: Any) -> Automation:
    made = made_and_tested(business, *actions, **more)
    lifecycle.activate(made, by=business.owner, at=timezone.now())
    return made


def contact(business: Business, said: str = CONTACT) -> None:
    business.organization.emergency_contact = said
    business.organization.save()


@pytest.mark.parametrize("conditions", [CLOSED, NIGHT, {"any": [{"all": [CLOSED, NIGHT]}, NIGHT]}])
@pytest.mark.parametrize(
    "trigger",
    [
        {"kind": "message.received", "author": "client"},
        {"kind": "message.received", "author": "anyone"},
        {"kind": "thread.opened"},
    ],
)
def test_a_closing_reply_that_names_nobody_is_not_turned_on(
    business: Business, trigger: Any, conditions: Any
) -> None:
    with pytest.raises(EmergencyContactNeeded, match="Settings"):
        turn_on(business, SILENT, trigger=trigger, conditions=conditions)
    contact(business)
    other = again = Automation.objects.get()
    with pytest.raises(EmergencyContactNeeded, match="must say whom to call"):
        lifecycle.activate(again, by=business.owner, at=timezone.now())
    assert lifecycle.in_force(other) is None


@pytest.mark.parametrize(
    "body",
    [
        "We're closed. {% if business.name == 'x' %}{{ business.emergency_contact }}{% endif %}",
        "We're closed. {{ business.emergency_contact | truncate: 5 }}",
        "We're closed. {% comment %}{{ business.emergency_contact }}{% endcomment %}",
    ],
)
def test_a_contact_that_is_never_said_does_not_count(business: Business, body: str) -> None:
    contact(business)
    with pytest.raises(EmergencyContactNeeded):
        turn_on(business, {"kind": "text_client", "body": body}, conditions=CLOSED)


def test_each_of_its_texts_says_it(business: Business) -> None:
    contact(business)
    with pytest.raises(EmergencyContactNeeded):
        turn_on(business, SAYS, SILENT, conditions=CLOSED)


@pytest.mark.parametrize(
    ("actions", "more"),
    [
        ((ALERT,), {"conditions": CLOSED}),
        ((SILENT,), {"conditions": {"field": "time.is_business_hours", "op": "is_yes"}}),
        ((SILENT,), {}),
    ],
)
def test_what_is_no_closing_reply_needs_no_contact(business: Business, actions: Any, more: Any) -> None:
    assert lifecycle.in_force(turn_on(business, *actions, **more)) is not None


def test_one_that_says_it_is_turned_on_and_clients_read_it(business: Business) -> None:
    contact(business)
    local = timezone.now().astimezone(business.organization.zone)
    Organization.objects.filter(pk=business.organization.pk).update(opening_hours=_open_in_three_days(local))
    business.organization.refresh_from_db()
    says = {**SAYS, "body": f"Back {{{{ business.opens }}}}. {SAYS['body']}"}
    active(business, says, conditions=CLOSED)
    business.text("Are you there?")
    settle()
    said = Message.objects.get(author_kind="automation")
    opens = local + timedelta(days=3)
    assert said.body == f"Back {opens:%a} 8:00 AM. We're closed. In an emergency, call {CONTACT}."
    assert said.state == "accepted"


def _open_in_three_days(local: datetime) -> list[str]:
    week = [""] * 7
    week[(local.weekday() + 3) % 7] = "08:00-17:00"
    return week


def test_a_paused_one_is_not_resumed_without_it(business: Business) -> None:
    contact(business)
    made = turn_on(business, SAYS, conditions=CLOSED)
    lifecycle.pause(made, by=business.owner, at=timezone.now())
    contact(business, "")
    with pytest.raises(EmergencyContactNeeded):
        lifecycle.resume(made, by=business.owner, at=timezone.now())
    contact(business)
    assert lifecycle.resume(made, by=business.owner, at=timezone.now()).state == VersionState.ACTIVE


def test_the_gallerys_reply_is_one_and_says_it(business: Business) -> None:
    contact(business)
    ready = gallery.find("after-hours")
    assert ready is not None
    assert closing_replies.is_one(ready.wish.read())
    at = timezone.now()
    made = lifecycle.create(
        organization=business.organization, name=ready.name, wish=ready.wish, by=business.owner, at=at
    )
    try_out(made, scene=Scene(thread=business.thread()), by=business.owner, at=at)
    assert lifecycle.activate(made, by=business.owner, at=at).state == VersionState.ACTIVE


class TestTheSetting:
    def post(self, business: Business, said: str) -> Any:
        desk: Browser = business.signed_in()
        url = address(business.organization) or ""
        fields = fields_of(desk.get(url), "organization_form")
        return desk.post(url, {**fields, "emergency_contact": [said]})

    def test_it_is_not_emptied_while_an_automation_says_it(self, business: Business) -> None:
        contact(business)
        made = turn_on(business, SAYS, conditions=CLOSED)
        with pytest.raises(EmergencyContactInUse):
            closing_replies.require_none(business.organization)
        assert "“Closed” tells clients this contact. Pause that automation first." in self.post(
            business, ""
        ).content.decode().replace("&#x27;", "'")
        lifecycle.pause(made, by=business.owner, at=timezone.now())
        assert self.post(business, "").status_code == 302
        business.organization.refresh_from_db()
        assert business.organization.emergency_contact == ""

    @pytest.mark.parametrize("said", ["VCA Animal Hospital", "Call 555-0123", "911", "call us!"])
    def test_it_names_a_phone(self, business: Business, said: str) -> None:
        answer = self.post(business, said)
        assert answer.status_code == 200
        assert "Add the phone number to call" in answer.content.decode()

    def test_it_names_no_phone_that_clients_must_not_have(self, business: Business) -> None:
        sitter = Sitter.objects.get(pk=business.sitter.pk).phone
        for e164, why in (
            (business.pool.e164, "texting numbers"),
            (business.client_phone, "a client's phone"),
            (sitter, "a sitter's phone"),
        ):
            with pytest.raises(HoursRefused, match=why):
                hours.check_emergency_contact(business.organization, f"The vet, {e164}")
        hours.check_emergency_contact(business.organization, CONTACT)
