"""What people and systems can do: texts, review, deliveries, windows, overrides, clients, alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from messaging.api.words import explain
from messaging.models import AssignmentWindow, Client, Delivery, Message, MessageNumber, ProviderAccount
from tests.api.factories import Business, business, client_of, conversation, person, phone, say, window

pytestmark = pytest.mark.django_db

NOON = "2031-01-01T12:00:00Z"
ONE = "2031-01-01T13:00:00Z"


def post(made: Business, path: str, body: Any = None, *, someone: Any = None, key: str = "k1") -> Any:
    http = client_of(someone or made.owner)
    return http.post(f"/api/v1/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_an_owners_text_leaves_from_the_threads_number() -> None:
    made = business(full=False)
    answer = post(made, f"threads/{made.thread.public_id}/messages/", {"body": "See you at noon"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    delivery = Delivery.objects.get()
    assert body["delivery"]["id"] == str(delivery.public_id)
    assert body["delivery"]["state"] == "queued"
    assert body["found"] == []
    assert body["message"]["author"]["id"] == str(made.owner.public_id)
    assert (delivery.sender, delivery.recipient) == (made.number.e164, made.client.phones.get().e164)


def test_an_owner_is_warned() -> None:
    made = business(full=False)
    answer = post(made, f"threads/{made.thread.public_id}/messages/", {"body": "Call 415-555-2671"})
    assert answer.status_code == 201
    assert answer.json()["found"] == ["phone"]


def test_a_systems_text_with_a_finding_is_held() -> None:
    made = business(full=False)
    path = f"threads/{made.thread.public_id}/messages/"
    answer = post(made, path, {"body": "Call 415-555-2671"}, someone=made.integration)
    assert answer.status_code == 202, answer.content
    assert (answer.json()["message"]["state"], answer.json()["delivery"]) == ("held", None)
    clean = post(made, path, {"body": "Your booking is confirmed"}, someone=made.integration, key="k2")
    assert clean.status_code == 201
    assert clean.json()["message"]["author_kind"] == "system"
    assert not Delivery.objects.filter(message__author_kind="owner").exists()


def test_a_note_never_leaves() -> None:
    made = business(full=False)
    answer = post(made, f"threads/{made.thread.public_id}/notes/", {"body": "Key is under the mat"})
    assert answer.status_code == 201
    assert (answer.json()["is_note"], answer.json()["audience"]) == (True, "owner")
    assert not Delivery.objects.exists()


def test_a_thread_is_opened_closed_reopened_and_read() -> None:
    made = business(full=False)
    client = person(made.organization)
    opened = post(made, "threads/", {"client": str(client.public_id)})
    assert opened.status_code == 201
    again = post(made, "threads/", {"client": str(client.public_id)}, key="k2")
    assert again.json()["id"] == opened.json()["id"]
    assert opened.json()["participants"][0]["phone"] == client.phones.get().e164
    path = f"threads/{opened.json()['id']}"
    assert post(made, f"{path}/close/").json()["state"] == "closed"
    assert post(made, f"{path}/reopen/").json()["state"] == "open"
    made.say()
    mine = f"threads/{made.thread.public_id}"
    http = client_of(made.owner)
    assert http.get(f"/api/v1/{mine}/").json()["unread"]
    read = post(made, f"{mine}/read/").json()
    assert (read["unread"], read["read_position"]) == (False, 1)


@pytest.mark.parametrize(
    ("decision", "body", "state", "words"),
    [
        ("approve", {}, "accepted", None),
        ("edit", {"body": "All is well"}, "accepted", "All is well"),
        ("reject", {"note": "No numbers please"}, "rejected", None),
        ("dismiss", {}, "accepted", None),
    ],
)
def test_a_held_text_is_decided_once(
    decision: str, body: dict[str, str], state: str, words: str | None
) -> None:
    made = business()
    held = made.held
    assert held is not None
    path = f"review/{held.public_id}"
    sent_before = Delivery.objects.filter(message=held).count()
    answer = post(made, f"{path}/{decision}/", body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == state
    assert answer.json()["reviewed_by"]["id"] == str(made.owner.public_id)
    sent = Delivery.objects.filter(message=held)
    assert sent.count() - sent_before == (0 if decision == "reject" else 1)
    if words is not None:
        assert sent.get().body == words
    second = post(made, f"{path}/approve/", key="k2", someone=made.staff)
    assert (second.status_code, second.json()["code"]) == (409, "already_reviewed")
    assert client_of(made.owner).get("/api/v1/review/").json()["results"] == []


def test_the_review_list_is_oldest_first_with_findings() -> None:
    made = business()
    made.say("sitter", sitter=made.sitter, state="held", held_reason="media")
    rows = client_of(made.owner, "review").get("/api/v1/review/").json()["results"]
    assert [row["held_reason"] for row in rows] == ["finding", "media"]
    assert rows[0]["findings"] == [{"kind": "phone", "start": 12, "end": 15}]


def test_a_rejection_needs_a_reason() -> None:
    made = business()
    assert made.held is not None
    answer = post(made, f"review/{made.held.public_id}/reject/", {"note": " "})
    assert answer.status_code == 400


def test_a_failed_delivery_is_explained_and_sent_once_more() -> None:
    made = business()
    assert made.failed is not None
    path = f"deliveries/{made.failed.public_id}"
    shown = client_of(made.owner).get(f"/api/v1/{path}/").json()
    assert shown["explanation"]["title"]
    assert shown["explanation"]["what_to_do"]
    assert shown["attempts"][0]["reports"][0]["status"] == "failed"
    assert "token" not in shown["attempts"][0]
    answer = post(made, f"{path}/retry/")
    assert answer.status_code == 201, answer.content
    assert answer.json()["retry_of"] == str(made.failed.public_id)
    again = post(made, f"{path}/retry/", key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "not_possible_now")


@pytest.mark.parametrize(("verb", "state"), [("send-again", "queued"), ("leave", "canceled")])
def test_a_parked_delivery_is_decided(verb: str, state: str) -> None:
    made = business()
    assert made.parked is not None
    path = f"deliveries/{made.parked.public_id}/{verb}/"
    answer = post(made, path)
    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert post(made, path, key="k2").status_code == 409


def test_windows_are_made_moved_ended_and_canceled() -> None:
    made = business(full=False)
    body = {
        "thread": str(made.thread.public_id),
        "sitter": str(made.sitter.public_id),
        "starts_at": NOON,
        "ends_at": ONE,
    }
    created = post(made, "windows/", {**body, "visit_type": "drop_in"}, someone=made.integration)
    assert created.status_code == 201, created.content
    assert AssignmentWindow.objects.get().created_by == made.integration
    overlap = post(made, "windows/", body, key="k2")
    assert (overlap.status_code, overlap.json()["code"]) == (409, "window_overlaps")
    backwards = post(made, "windows/", {**body, "ends_at": NOON}, key="k3")
    assert (backwards.status_code, backwards.json()["code"]) == (400, "bad_times")
    path = f"/api/v1/windows/{created.json()['id']}/"
    http = client_of(made.owner)
    moved = http.patch(path, {"ends_at": "2031-01-01T14:00:00Z"}, format="json")
    assert (moved.status_code, moved.json()["ends_at"]) == (200, "2031-01-01T14:00:00Z")
    assert http.patch(path, {}, format="json").status_code == 400
    assert http.post(f"{path}end/", {}, format="json").status_code == 409
    assert http.post(f"{path}cancel/", {}, format="json").json()["canceled_at"]
    running = window(made)
    ended = http.post(f"/api/v1/windows/{running.public_id}/end/", {}, format="json")
    assert ended.status_code == 200


def test_an_override_is_set_and_removed() -> None:
    made = business(full=False)
    until = (timezone.now() + timedelta(hours=4)).isoformat()
    body = {
        "thread": str(made.thread.public_id),
        "target": "owner_inbox",
        "ends_at": until,
        "reason": "Vacation",
    }
    made_one = post(made, "overrides/", body)
    assert made_one.status_code == 201, made_one.content
    assert post(made, "overrides/", body, key="k2").json()["code"] == "override_overlaps"
    removed = post(made, f"overrides/{made_one.json()['id']}/remove/")
    assert removed.json()["removed_at"]
    nobody = post(made, "overrides/", {**body, "target": "sitter"}, key="k3")
    assert (nobody.status_code, nobody.json()["code"]) == (400, "no_sitter")


def test_a_client_is_added_once_per_phone() -> None:
    made = business(full=False)
    answer = post(
        made,
        "clients/",
        {"name": "Bo", "phones": ["(415) 555-0123"], "pets": "Rex"},
        someone=made.integration,
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["phones"] == ["+14155550123"]
    again = post(made, "clients/", {"name": "Bo", "phones": ["+14155550123"]}, key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "phone_in_use")
    assert Client.objects.filter(name="Bo").count() == 1
    assert post(made, "clients/", {"name": "Bo", "phones": ["12"]}, key="k3").status_code == 400


def test_alerts_are_finished_once_and_critical_ones_never_dismissed() -> None:
    made = business()
    http = client_of(made.owner)
    rows = http.get("/api/v1/alerts/").json()["results"]
    critical = next(row for row in rows if row["severity"] == "critical")
    assert critical["subject"] == str(made.failed.public_id) if made.failed else None
    refused = http.post(f"/api/v1/alerts/{critical['id']}/dismiss/")
    assert (refused.status_code, refused.json()["code"]) == (409, "alert_critical")
    path = f"/api/v1/alerts/{critical['id']}"
    assert http.post(f"{path}/acknowledge/").json()["state"] == "acknowledged"
    assert http.post(f"{path}/resolve/").json()["state"] == "resolved"
    again = http.post(f"{path}/resolve/")
    assert (again.status_code, again.json()["code"]) == (409, "alert_finished")


def test_the_simulator_answers_and_writes_nothing() -> None:
    made = business()
    # A number over which the sitter can be texted about this client.
    MessageNumber.objects.create(
        organization=made.organization, account=made.number.account, e164=phone(), role="pool"
    )
    http = client_of(made.owner, "read")
    assert http.get("/api/v1/threads/").status_code == 200, "a key's first use is told"
    before = (Message.objects.count(), AuditEvent.objects.count())
    at = timezone.now() + timedelta(minutes=1)
    body = {"thread": str(made.thread.public_id), "at": at.isoformat()}
    shown = http.post("/api/v1/routing/simulate/", body, format="json").json()
    assert (shown["rule"], shown["sitter"]["id"]) == ("duty", str(made.sitter.public_id))
    imagined = {
        "kind": "override", "starts_at": timezone.now().isoformat(),
        "ends_at": (at + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    shown = http.post("/api/v1/routing/simulate/", {**body, "what_if": imagined}, format="json").json()
    assert (shown["rule"], shown["target"], shown["sitter"]) == ("override", "owner_inbox", None)
    assert shown["sentence"] == shown["trace"][-1]["sentence"]
    nobody = http.post(
        "/api/v1/routing/simulate/", {**body, "what_if": {**imagined, "kind": "window"}}, format="json"
    )
    assert nobody.status_code == 400
    assert (Message.objects.count(), AuditEvent.objects.count()) == before


@pytest.mark.parametrize(
    ("columns", "title", "advice"),
    [
        (
            {"state": "failed", "reason": "retries_exhausted", "error_code": "20429"},
            "Too many texts",
            "Try again later",
        ),
        ({"state": "failed", "reason": "rejected", "error_code": "30003"}, "", ""),
        ({"state": "unknown"}, "don't know yet", "is checking"),
        ({"state": "parked", "error_code": "20500"}, "Probably not sent", "Send it again or leave it"),
        ({"state": "canceled", "reason": "opted_out"}, "texted STOP", "START"),
        ({"state": "canceled", "reason": "something_new"}, "stopped before it went out", ""),
    ],
)
def test_what_went_wrong_is_said_in_plain_words(columns: dict[str, str], title: str, advice: str) -> None:
    said = explain(Delivery(**columns))
    assert said is not None
    assert title in said["title"]
    assert advice in said["what_to_do"]
    assert "will try again" not in said["what_to_do"]


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "delivered"])
def test_nothing_is_explained_while_nothing_is_wrong(state: str) -> None:
    assert explain(Delivery(state=state, account=ProviderAccount())) is None


def test_every_change_by_key_is_recorded_as_its_users() -> None:
    made = business(full=False)
    say(conversation(made.number, person(made.organization)))
    post(made, f"threads/{made.thread.public_id}/messages/", {"body": "hello"})
    event = AuditEvent.objects.get(verb="message.outbound.queued")
    assert event.actor_id == made.owner.pk
