"""A repeated POST does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from messaging import tasks
from messaging.models import Delivery, Message
from snoutos.accounts.models import IdempotentRequest
from snoutos.accounts.rest import idempotency
from snoutos.celery import app
from tests.api.factories import Business, business, client_of, key_of

pytestmark = pytest.mark.django_db


def path_of(made: Business) -> str:
    return f"/api/v1/threads/{made.thread.public_id}/messages/"


def send(http: Any, made: Business, key: str | None = "k1", body: str = "See you at noon") -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return http.post(path_of(made), {"body": body}, format="json", **headers)


def test_the_same_request_again_is_answered_as_the_first_time() -> None:
    made = business(full=False)
    http = client_of(made.owner)
    first, again = send(http, made), send(http, made)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_the_order_of_names_in_the_body_does_not_matter() -> None:
    made = business(full=False)
    http = client_of(made.owner)
    for body in ('{"name": "Bo", "phones": ["+14155550123"]}', '{"phones":["+14155550123"],"name":"Bo"}'):
        answer = http.post(
            "/api/v1/clients/", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="c"
        )
        assert answer.status_code == 201
    assert answer["Idempotent-Replay"] == "true"


def test_another_request_under_the_same_key_is_refused() -> None:
    made = business(full=False)
    http = client_of(made.owner)
    send(http, made)
    other_body = send(http, made, body="Something else")
    other_path = http.post(
        f"/api/v1/threads/{made.thread.public_id}/notes/",
        {"body": "See you at noon"}, format="json", HTTP_IDEMPOTENCY_KEY="k1",
    )  # fmt: skip
    for answer in (other_body, other_path):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Message.objects.count() == 1


def test_a_key_belongs_to_its_principal() -> None:
    made = business(full=False)
    send(client_of(made.owner), made)
    answer = send(client_of(made.staff), made, body="Something else")
    assert answer.status_code == 201
    assert Message.objects.count() == 2


def test_two_keys_of_one_user_are_one_principal() -> None:
    made = business(full=False)
    send(client_of(made.owner), made)
    assert send(client_of(made.owner), made)["Idempotent-Replay"] == "true"


def test_errors_are_not_kept() -> None:
    made = business(full=False)
    http = client_of(made.owner)
    assert send(http, made, body="").status_code == 400
    made.thread.state = "closed"
    made.thread.save()
    closed = send(http, made)
    assert (closed.status_code, closed.json()["code"]) == (409, "thread_closed")
    assert not IdempotentRequest.objects.exists()
    made.thread.state = "open"
    made.thread.save()
    answer = send(http, made)
    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("threads/{thread}/messages/", {"body": "x"}), ("review/{held}/approve/", {}),
        ("review/{held}/allow/", {}), ("review/approve-together/", {}),
        ("review/{held}/edit/", {"body": "x"}), ("review/{held}/dismiss/", {}),
        ("deliveries/{failed}/retry/", {}),        ("deliveries/{parked}/send-again/", {}),
    ],
)  # fmt: skip
def test_what_sends_needs_a_key(path: str, body: dict[str, str]) -> None:
    made = business()
    ids = {name: str(getattr(made, name).public_id) for name in ("thread", "held", "failed", "parked")}
    answer = client_of(made.owner).post("/api/v1/" + path.format(**ids), body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é", "a\tb"])
def test_a_key_is_200_printable_characters_at_most(key: str) -> None:
    made = business(full=False)
    answer = send(client_of(made.owner), made, key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert send(client_of(made.owner), made, key="x" * 200).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_time_send_once() -> None:
    made = business(full=False)
    secret = key_of(made.owner)

    def one(_: int) -> Any:
        from rest_framework.test import APIClient

        http = APIClient()
        http.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        try:
            return send(http, made)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["message"]["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer for answer in answers) == 1
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_answers_are_forgotten_after_30_days() -> None:
    made = business(full=False)
    send(client_of(made.owner), made)
    now = timezone.now()
    assert idempotency.forget(now + timedelta(days=29)) == 0
    assert idempotency.forget(now + timedelta(days=30, minutes=1)) == 1
    assert not IdempotentRequest.objects.exists()


def test_a_tick_forgets_them() -> None:
    made = business(full=False)
    send(client_of(made.owner), made)
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(days=31))
    tasks.forget_answers()
    assert not IdempotentRequest.objects.exists()
    assert any(entry["task"] == tasks.forget_answers.name for entry in app.conf.beat_schedule.values())
