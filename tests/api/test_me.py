"""A sitter's own face: what they may read and write while in charge, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone

from messaging.models import Delivery, Message, Participant, RoutingOverride
from messaging.sign_in import devices
from snoutos.accounts.roles import Role
from tests.api.factories import Business, business, client_of, conversation, person, phone, user, window
from tests.factories import SitterFactory

pytestmark = pytest.mark.django_db


def path_of(made: Business) -> str:
    return f"/api/v1/me/threads/{made.thread.public_id}/messages/"


def send(made: Business, body: str, key: str = "k1") -> Any:
    http = client_of(made.sitter_user)
    return http.post(path_of(made), {"body": body}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_everybody_learns_who_they_are() -> None:
    made = business("Paws", full=False)
    for someone in (made.owner, made.staff, made.integration, made.sitter_user):
        me = client_of(someone, "read").get("/api/v1/me/").json()
        assert (me["id"], me["role"], me["scopes"]) == (str(someone.public_id), someone.role, ["read"])
        assert me["organization"]["name"] == "Paws Pets"
        assert (me["sitter"] is not None) == (someone.role == Role.SITTER)


def test_only_threads_in_charge_now_are_listed() -> None:
    made = business(full=False)
    http = client_of(made.sitter_user)
    assert http.get("/api/v1/me/threads/").json()["results"] == []
    held = window(made)
    rows = http.get("/api/v1/me/threads/").json()["results"]
    assert [row["id"] for row in rows] == [str(made.thread.public_id)]
    assert rows[0]["client"] == {"name": made.client.name, "pets": made.client.pets}
    assert rows[0]["until"].startswith(f"{held.ends_at:%Y-%m-%dT%H:%M:%S}")
    RoutingOverride.objects.create(
        organization=made.organization, thread=made.thread, target="owner_inbox", reason="r",
        starts_at=timezone.now() - timedelta(minutes=1), ends_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    # The client's texts come to the owner; the sitter stays on duty.
    assert http.get("/api/v1/me/threads/").json()["results"] == rows
    RoutingOverride.objects.update(
        target="sitter", sitter=SitterFactory(organization=made.organization, phone="")
    )
    assert http.get("/api/v1/me/threads/").json()["results"] == []


@pytest.mark.parametrize(("column", "minutes"), [("ends_at", -1), ("starts_at", 10), ("canceled_at", 0)])
def test_outside_the_window_the_thread_does_not_exist(column: str, minutes: int) -> None:
    made = business(full=False)
    window(made, **{column: timezone.now() + timedelta(minutes=minutes)})
    assert client_of(made.sitter_user).get(path_of(made)).status_code == 404
    answer = send(made, "hello")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not Message.objects.exists()


def test_visits_that_run_or_are_near_are_listed_with_their_conversation_while_on_duty() -> None:
    made = business(full=False)
    http, now = client_of(made.sitter_user), timezone.now()
    running = window(made)
    soon = window(made, starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=2, hours=1))
    window(made, starts_at=now + timedelta(days=20), ends_at=now + timedelta(days=21))
    window(made, starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=4), canceled_at=now)
    rows = http.get("/api/v1/me/visits/").json()["results"]
    assert [row["id"] for row in rows] == [str(running.public_id), str(soon.public_id)]
    assert [row["thread"] for row in rows] == [str(made.thread.public_id), None]
    assert rows[0]["client"] == {"name": made.client.name, "pets": made.client.pets}
    assert [len(http.get("/api/v1/me/visits/?page_size=1").json()["results"])] == [1]


def test_browsers_are_listed_and_signed_out_by_their_sitter_alone() -> None:
    made, theirs = business(full=False), business("CANARY-B", full=False)
    at, http = timezone.now(), client_of(made.sitter_user)
    rows = []
    for one in (made, theirs):
        browser = Browser()
        browser.force_login(one.sitter_user, backend="django.contrib.auth.backends.ModelBackend")
        key = str(browser.session.session_key)
        rows.append(devices.seen(one.sitter, one.sitter_user, key, agent="Firefox", at=at))
    mine, other = rows
    assert mine is not None
    assert other is not None
    shown = http.get("/api/v1/me/devices/").json()["results"]
    assert [(row["id"], row["name"]) for row in shown] == [(str(mine.public_id), "Firefox")]
    assert "session" not in str(shown)
    paths = [f"/api/v1/me/devices/{one.public_id}/revoke/" for one in (other, mine)]
    assert [http.post(path, {}, format="json").status_code for path in paths] == [404, 200]
    assert http.get("/api/v1/me/devices/").json()["results"] == []
    assert list(Session.objects.values_list("session_key", flat=True)) == [other.session_key]


def test_who_works_in_the_office_and_sits_has_their_own_as_a_sitter() -> None:
    made = business(full=False)
    window(made)
    assert client_of(made.owner).get("/api/v1/me/threads/").json()["results"] == []
    made.sitter.user = made.owner
    made.sitter.save()
    other = conversation(made.number, person(made.organization))
    http = client_of(made.owner)
    assert [row["id"] for row in http.get("/api/v1/me/threads/").json()["results"]] == [
        str(made.thread.public_id)
    ]
    assert http.get(f"/api/v1/me/threads/{other.public_id}/messages/").status_code == 404
    assert http.get(f"/api/v1/threads/{other.public_id}/").status_code == 200


def test_another_threads_texts_do_not_exist() -> None:
    made = business(full=False)
    window(made)
    other = conversation(made.number, person(made.organization))
    answer = client_of(made.sitter_user).get(f"/api/v1/me/threads/{other.public_id}/messages/")
    assert answer.status_code == 404


def test_texts_are_redacted_and_private_ones_left_out() -> None:
    made = business(full=False)
    window(made)
    other = made.sitter.__class__.objects.create(organization=made.organization, name="Other", phone=phone())
    made.say(body="my number is 415 555 0199", redacted_body="my number is [hidden]")
    made.say("owner", body="a note", audience="owner", is_note=True)
    made.say("client", body="STOP", audience="owner")
    made.say("sitter", body="theirs", sitter=other, state="held", held_reason="finding")
    made.say(
        "sitter",
        body="mine 415",
        redacted_body="mine [hidden]",
        sitter=made.sitter,
        state="held",
        held_reason="finding",
    )
    old = made.say(body="long ago")
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=15))
    answer = client_of(made.sitter_user).get(path_of(made))
    rows = answer.json()["results"]
    assert [row["body"] for row in rows] == ["mine [hidden]", "my number is [hidden]"]
    assert [(row["mine"], row["state"]) for row in rows] == [(True, "held"), (False, None)]
    assert "0199" not in answer.content.decode()


def test_nothing_shows_a_clients_phone_or_what_was_found() -> None:
    made = business()
    http = client_of(made.sitter_user)
    phones = set(Participant.objects.values_list("e164", flat=True)) | {made.number.e164}
    for path in ("/api/v1/me/", "/api/v1/me/threads/", path_of(made)):
        answer = http.get(path)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert not [number for number in phones if number in text or number[-7:] in text]
        for word in ("findings", "violation", "participant", "recipient", "notes", '"phone'):
            assert word not in text


def test_a_clean_text_leaves() -> None:
    made = business(full=False)
    window(made)
    answer = send(made, "Rex is fine and had his walk")
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "accepted"
    assert answer.json()["mine"]
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.sender) == (made.client.phones.get().e164, made.number.e164)
    assert Message.objects.get().sitter == made.sitter


def test_a_text_with_a_phone_number_is_held() -> None:
    made = business(full=False)
    window(made)
    answer = send(made, "Call me at 415-555-2671")
    assert answer.status_code == 202, answer.content
    assert answer.json()["state"] == "held"
    assert "2671" not in answer.json()["body"]
    assert not Delivery.objects.exists()


def test_a_repeated_text_is_sent_once() -> None:
    made = business(full=False)
    window(made)
    first, again = send(made, "Rex is fine"), send(made, "Rex is fine")
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert Message.objects.count() == 1


def test_a_locked_sitter_may_not_send() -> None:
    made = business(full=False)
    window(made)
    made.sitter.sending_locked_at = timezone.now()
    made.sitter.save()
    answer = send(made, "hello")
    assert (answer.status_code, answer.json()["code"]) == (403, "sending_locked")


def test_an_inactive_sitter_and_a_user_without_sitter_see_nothing() -> None:
    made = business(full=False)
    window(made)
    made.sitter.is_active = False
    made.sitter.save()
    nobody = user(made.organization, Role.SITTER)
    for someone in (made.sitter_user, nobody):
        http = client_of(someone)
        assert http.get("/api/v1/me/threads/").json()["results"] == []
        assert http.get(path_of(made)).status_code == 404
