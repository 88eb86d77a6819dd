"""What bodies of the API take: what is different by it. The rest is in tests/api."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import Occurrence
from automations.models import Automation, AutomationVersion
from messaging.models import Client, Delivery, Sitter, Thread
from messaging.people import sitters
from routing import standing
from tests.api.factories import client_of
from tests.automations.rules import ran, settle
from tests.business import Business, stranger
from tests.doors.pages import signed_in

RULES = "/api/v1/automations/"
RULE: dict[str, Any] = {
    "name": "Answer", "description": "What everybody hears", "lane": "front_desk",
    "trigger": {"kind": "message.received", "author": "client"},
    "conditions": {"field": "message.text", "op": "contains", "value": "price"},
    "actions": [{"kind": "text_client", "body": "We call you."}],
    "is_urgent": True, "urgent_reason": "They have just written",
}  # fmt: skip


@pytest.fixture
def http(business: Business) -> APIClient:
    return client_of(business.owner)


@pytest.fixture
def ben(business: Business) -> Sitter:
    now = timezone.now()
    return sitters.create_sitter(
        organization=business.organization, name="Ben", phone=stranger(), by=business.owner, at=now
    )


def post(http: APIClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = http.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=uuid4().hex)
    assert answer.status_code == status, answer.content
    return answer.json()


def switch_on(http: APIClient, business: Business, address: str, **scene: Any) -> None:
    """Test what is drafted, and switch it on as if half an hour ago: a test's transaction has one `now()`."""
    post(http, f"{address}test/", {"thread": str(business.thread().public_id), **scene})
    post(http, f"{address}activate/", {})
    Occurrence.objects.update(done_at=timezone.now())
    AutomationVersion.objects.update(activated_at=timezone.now() - timedelta(minutes=30))


def said() -> list[tuple[str, bool]]:
    """What rules have texted, and whether it waits out quiet hours."""
    texts = Delivery.objects.filter(message__author_kind="automation").order_by("pk")
    return list(texts.values_list("body", "obeys_quiet_hours"))


def test_a_rule_does_what_its_body_said_and_after_a_change_what_that_said(
    http: APIClient, business: Business
) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    switch_on(http, business, address)
    for text in ("What is the price?", "Good morning"):
        business.text(text)
    business.text("The price, please", to=business.sitter_number.e164)
    settle()
    assert said() == [("We call you.", False)]
    log = http.get(f"{address}executions/").json()["results"]
    assert [one["state"] for one in log] == ["not_met", "done"]
    changed = {
        "lane": "system", "trigger": {"kind": "message.received", "author": "anyone"}, "conditions": {},
        "actions": [{"kind": "text_client", "body": "One moment."}], "is_urgent": False, "urgent_reason": "",
    }  # fmt: skip
    assert http.patch(address, changed, format="json").status_code == 200
    switch_on(http, business, address)
    business.text("Good evening", to=business.sitter_number.e164)
    settle()
    assert said()[1:] == [("One moment.", True)]


def test_why_it_is_urgent_and_what_it_is_for_can_be_read_by_everybody(
    http: APIClient, business: Business
) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    page = f"/admin/automations/{address.split('/')[-2]}/"
    post(http, f"{address}rename/", {"name": "Prices", "description": "For whoever asks"})
    shown = signed_in(business.owner).get(page).content.decode()
    for words in ("Prices", "For whoever asks", "They have just written"):
        assert words in shown, words


PLAYED = [
    ({"actions": [{"kind": "text_client", "body": "At once."}]}, [True, "At once."]),
    ({"conditions": {"field": "message.text", "op": "contains", "value": "cost"}}, [False, "We call you."]),
    ({"text": "Hello"}, [False, "We call you."]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "shown"), PLAYED)
def test_a_preview_plays_the_body_on_the_text_that_was_typed(
    change: dict[str, Any], shown: list[object], http: APIClient, business: Business
) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    scene = {"thread": str(business.thread().public_id), "text": "What is the price?"}
    played = post(http, f"{address}preview/", {**scene, **change})
    assert [played["is_met"], played["acts"][0]["text"]] == shown


def test_a_preview_is_of_its_own_trigger_lane_and_urgency(http: APIClient, business: Business) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    body = {
        "trigger": {"kind": "event", "name": "booking.*"}, "lane": "system", "conditions": {},
        "actions": [{"kind": "text_client", "body": "{{ event.data.pet }} is booked."}],
        "is_urgent": True, "thread": str(business.thread().public_id), "event_data": {"pet": "Rex"},
    }  # fmt: skip
    for fault in ({"urgent_reason": ""}, {"urgent_reason": "They wait", "lane": "moon"}):
        assert http.post(f"{address}preview/", {**body, **fault}, format="json").status_code == 400
    played = post(http, f"{address}preview/", {**body, "urgent_reason": "They wait at the door"})
    assert played["acts"][0]["text"] == "Rex is booked."


def test_a_test_plays_the_conversation_and_text_that_were_chosen(http: APIClient, business: Business) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    scene = {"thread": str(business.thread().public_id)}
    met = [
        post(http, f"{address}test/", {**scene, "text": text})["rehearsal"]["is_met"]
        for text in ("price?", "Hi")
    ]
    assert met == [True, False]


def test_the_past_is_tried_with_what_the_body_says(http: APIClient, business: Business) -> None:
    address = f"{RULES}{post(http, RULES, RULE, 201)['id']}/"
    business.text("What is the price?")
    business.text("The price, please", to=business.sitter_number.e164)
    Occurrence.objects.update(due_at=timezone.now() - timedelta(days=1))

    def found(**changes: Any) -> tuple[int, str]:
        tried = post(http, f"{address}try/", changes)
        fired = tried["fired"]
        return tried["met"], fired[0]["rehearsal"]["acts"][0]["text"] if fired else ""

    assert found() == (1, "We call you.")
    assert found(lane="system")[0] == 2
    assert found(conditions={"field": "message.text", "op": "contains", "value": "cost"})[0] == 0
    assert found(trigger={"kind": "message.received", "author": "sitter"})[0] == 0
    assert found(actions=[{"kind": "text_client", "body": "Hm"}]) == (1, "Hm")
    for urgency in ({"is_urgent": True, "urgent_reason": ""}, {"lane": "moon"}):
        assert http.post(f"{address}try/", urgency, format="json").status_code == 400


def test_an_event_is_known_by_its_name_and_carries_its_data(http: APIClient, business: Business) -> None:
    rule = {
        **RULE, "trigger": {"kind": "event", "name": "booking.made"}, "lane": "system", "conditions": {},
        "actions": [{"kind": "text_client", "body": "{{ event.data.pet }} is booked."}],
    }  # fmt: skip
    address = f"{RULES}{post(http, RULES, rule, 201)['id']}/"
    switch_on(http, business, address, event_data={"pet": "Max"})
    about = {"thread": str(business.thread().public_id), "data": {"pet": "Rex"}}
    for name in ("booking.lost", "booking.made"):
        post(http, "/api/v1/events/", {"name": name, **about}, 201)
    settle()
    assert [words for words, _ in said()] == ["Rex is booked."]
    assert ran(Automation.objects.get()) == [("done", "")]


def test_a_client_is_known_by_what_the_body_said(http: APIClient, business: Business) -> None:
    phone = stranger()
    post(
        http, "/api/v1/clients/", {"name": "Bea", "phones": [phone], "pets": "Rex", "notes": "Gate code"}, 201
    )
    thread = business.text("Hello", sender=phone).thread
    assert thread.client == Client.objects.get(name="Bea", pets="Rex", notes="Gate code")


def test_a_clients_visit_puts_on_duty_whom_the_body_names(
    http: APIClient, business: Business, ben: Sitter
) -> None:
    thread, now, hour = business.thread(), timezone.now(), timedelta(hours=1)

    def on_duty(hours: float) -> str:
        return standing.of(Thread.objects.get(pk=thread.pk), now + hours * hour).sitter_name

    body = {
        "client": str(business.client.public_id), "sitter": str(business.sitter.public_id), "visit_type": "walk",
        "starts_at": (now + hour).isoformat(), "ends_at": (now + 3 * hour).isoformat(),
    }  # fmt: skip
    visit = post(http, "/api/v1/visits/", body, 201)
    assert [on_duty(n) for n in (0.5, 2, 3.5)] == ["", "Ana", ""]
    assert (visit["visit_type"], visit["threads"]) == ("walk", [str(thread.public_id)])
    moved = {
        "sitter": str(ben.public_id),
        "starts_at": (now + 4 * hour).isoformat(), "ends_at": (now + 6 * hour).isoformat(),
    }  # fmt: skip
    assert http.patch(f"/api/v1/visits/{visit['id']}/", moved, format="json").status_code == 200
    assert [on_duty(n) for n in (2, 5, 6.5)] == ["", "Ben", ""]
    passed = {"to": str(business.sitter.public_id), "at": (now + 5 * hour).isoformat()}
    shown = http.post(f"/api/v1/visits/{visit['id']}/preview-hand-over/", passed, format="json").json()
    assert (shown["is_whole"], shown["begins_at"][:16]) == (False, passed["at"][:16])
    after = http.post(f"/api/v1/visits/{visit['id']}/hand-over/", passed, format="json").json()
    assert after["sitter"]["name"] == "Ana"
    assert [on_duty(n) for n in (4.5, 5.5)] == ["Ben", "Ana"]
    assert http.post(f"/api/v1/visits/{after['id']}/end/", {}, format="json").status_code == 409
    assert http.post(f"/api/v1/visits/{after['id']}/cancel/", {}, format="json").json()["canceled_at"]
    assert [on_duty(n) for n in (4.5, 5.5)] == ["Ben", ""]


def test_visits_and_redirects_put_on_duty_whom_the_body_names(
    http: APIClient, business: Business, ben: Sitter
) -> None:
    thread, now, hour = business.thread(), timezone.now(), timedelta(hours=1)

    def on_duty(hours: float) -> str:
        return standing.of(Thread.objects.get(pk=thread.pk), now + hours * hour).sitter_name

    body = {
        "thread": str(thread.public_id), "sitter": str(business.sitter.public_id), "visit_type": "overnight",
        "starts_at": (now + hour).isoformat(), "ends_at": (now + 3 * hour).isoformat(),
    }  # fmt: skip
    visit = post(http, "/api/v1/windows/", body, 201)
    assert [on_duty(n) for n in (0.5, 2, 3.5)] == ["", "Ana", ""]
    assert visit["visit_type"] == "overnight"
    moved = {
        "sitter": str(ben.public_id),
        "starts_at": (now + 4 * hour).isoformat(), "ends_at": (now + 6 * hour).isoformat(),
    }  # fmt: skip
    assert http.patch(f"/api/v1/windows/{visit['id']}/", moved, format="json").status_code == 200
    assert [on_duty(n) for n in (2, 5, 6.5)] == ["", "Ben", ""]
    redirect = {
        "thread": str(thread.public_id), "target": "sitter", "sitter": str(business.sitter.public_id),
        "ends_at": (now + 5 * hour).isoformat(), "reason": "Ben is late",
    }  # fmt: skip
    post(http, "/api/v1/overrides/", redirect, 201)
    assert [on_duty(n) for n in (4.5, 5.5)] == ["Ana", "Ben"]
