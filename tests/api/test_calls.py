"""The calls of a conversation over the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.business import Business, open_business
from tests.factories import UserFactory
from tests.messaging.calls.calling import called


def asked(business: Business, url: str) -> tuple[int, dict[str, object]]:
    http = APIClient()
    http.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = http.get(url)
    return answer.status_code, answer.json()


def test_calls_are_listed_newest_first_with_their_places(business: Business) -> None:
    business.text("Hello")
    first, second = (called(business, sender=business.client_phone) for _ in range(2))
    url = f"/api/v1/threads/{first.thread.public_id}/calls/"
    status, found = asked(business, url)
    assert status == 200
    assert found["results"] == [
        {
            "id": str(call.public_id),
            "thread": str(call.thread.public_id),
            "number": str(business.front_desk.public_id),
            "position": call.position,
            "state": "missed",
            "started_at": call.started_at.isoformat().replace("+00:00", "Z"),
            "ended_at": call.ended_at.isoformat().replace("+00:00", "Z"),
            "seconds": 7,
        }
        for call in (second, first)
        if call.ended_at
    ]
    caught_up = asked(business, f"{url}?after={first.position}")[1]["results"]
    assert isinstance(caught_up, list)
    assert [one["position"] for one in caught_up] == [second.position]


def test_anothers_calls_are_not_there(business: Business) -> None:
    call = called(business, sender=business.client_phone)
    assert asked(open_business("Paws"), f"/api/v1/threads/{call.thread.public_id}/calls/")[0] == 404


@pytest.mark.parametrize(
    ("role", "sentence", "status"),
    [("owner", "Text us, please.", 200), ("owner", "x" * 501, 400), ("staff", "Hi", 403)],
)
def test_an_owner_says_what_callers_of_a_number_hear(
    business: Business, role: str, sentence: str, status: int
) -> None:
    url = f"/api/v1/numbers/{business.front_desk.public_id}/"
    staff = UserFactory(organization=business.organization, role="staff")
    http = APIClient()
    http.force_login(
        business.owner if role == "owner" else staff, backend="django.contrib.auth.backends.ModelBackend"
    )
    assert http.post(f"{url}calls/", {"call_sentence": sentence}, format="json").status_code == status
    assert asked(business, url)[1]["call_sentence"] == (sentence if status == 200 else "")


def test_anothers_number_cannot_be_given_a_sentence(business: Business) -> None:
    http = APIClient()
    http.force_login(open_business("Paws").owner, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/api/v1/numbers/{business.front_desk.public_id}/calls/"
    assert http.post(url, {"call_sentence": "Hi"}, format="json").status_code == 404
