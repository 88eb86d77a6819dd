"""The calls of a conversation over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from messaging.calls import settings
from messaging.calls.settings import Calls
from messaging.models.numbers import CallHandling
from tests.business import Business, open_business
from tests.factories import UserFactory
from tests.messaging.calls.calling import called, colleague, voicemail_of


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
            "talked_seconds": None,
            "voicemail": None,
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


def test_a_call_has_its_voicemail_and_a_list_asks_no_more_for_more(
    business: Business, django_assert_max_num_queries: Any
) -> None:
    left = voicemail_of(business, sender=business.client_phone)
    url = f"/api/v1/threads/{left.call.thread.public_id}/calls/"
    with CaptureQueriesContext(connection) as queries:
        found = asked(business, url)[1]["results"]
    few = len(queries)
    assert isinstance(found, list)
    assert (found[0]["state"], found[0]["voicemail"]) == (
        "voicemail",
        {
            "id": str(left.public_id),
            "seconds": 42,
            "state": "listed",
            "content_type": "audio/mpeg",
            "size": None,
            "left_at": left.left_at.isoformat().replace("+00:00", "Z"),
        },
    )
    for _ in range(3):
        voicemail_of(business, sender=business.client_phone)
    with django_assert_max_num_queries(few):
        asked(business, url)


def changed(business: Business, **body: object) -> tuple[int, dict[str, object]]:
    """The owner says what happens with calls to the front desk."""
    http = APIClient()
    http.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
    answer = http.post(f"/api/v1/numbers/{business.front_desk.public_id}/calls/", body, format="json")
    return answer.status_code, answer.json()


def handling(answer: dict[str, object]) -> tuple[object, ...]:
    return tuple(answer[f"call_{name}"] for name in ("handling", "phone", "member", "sentence"))


def test_an_owner_says_where_calls_go_and_what_is_left_out_stays(business: Business) -> None:
    changed(business, call_sentence="Hi")
    status, answer = changed(business, call_handling="office_phone", call_phone="(415) 701-0177")
    assert (status, *handling(answer)) == (200, "office_phone", "+14157010177", None, "Hi")
    _, answer = changed(business, call_phone="415 701 0178")
    assert handling(answer) == ("office_phone", "+14157010178", None, "Hi")
    ben = colleague(business)
    _, answer = changed(business, call_handling="member", call_member=str(ben.public_id))
    assert handling(answer) == ("member", "", str(ben.public_id), "Hi")
    _, answer = changed(business, call_handling="sentence")
    assert handling(answer) == ("sentence", "", None, "Hi")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"call_handling": "office_phone"}, 400, "bad_calls"),
        ({"call_phone": "+14157010177"}, 400, "bad_calls"),
        ({"call_handling": "office_phone", "call_phone": "555-0186"}, 400, "bad_phone"),
        ({"call_handling": "office_phone", "call_phone": "THE CLIENT"}, 409, "calls_cannot_go_there"),
        ({"call_handling": "member", "call_member": "A STRANGER"}, 400, "invalid"),
        ({"call_handling": "elsewhere"}, 400, "invalid"),
    ],
)
def test_where_calls_cannot_go_is_refused(
    business: Business, body: dict[str, str], status: int, code: str
) -> None:
    known = {"THE CLIENT": business.client_phone, "A STRANGER": str(open_business("Paws").owner.public_id)}
    given, answer = changed(business, **{name: known.get(value, value) for name, value in body.items()})
    assert (given, answer["code"]) == (status, code)


def test_a_list_of_numbers_asks_no_more_for_more_that_forward(
    business: Business, django_assert_max_num_queries: Any
) -> None:
    for number in [business.front_desk, business.pool, business.sitter_number]:
        chosen = Calls(handling=CallHandling.MEMBER, member=colleague(business, "Ben"))
        settings.set_calls(number, chosen, by=business.owner, at=timezone.now())
    with CaptureQueriesContext(connection) as few:
        asked(business, "/api/v1/numbers/")
    for _ in range(3):
        more = business.add_number("pool")
        chosen = Calls(handling=CallHandling.MEMBER, member=colleague(business, "Cy"))
        settings.set_calls(more, chosen, by=business.owner, at=timezone.now())
    with django_assert_max_num_queries(len(few)):
        asked(business, "/api/v1/numbers/")


def test_closed_calls_keep_what_is_left_out_and_forget_what_does_not_fit(business: Business) -> None:
    def closed(**body: object) -> tuple[object, ...]:
        http = APIClient()
        http.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")
        url = f"/api/v1/numbers/{business.front_desk.public_id}/closed-calls/"
        answer = http.post(url, body, format="json").json()
        names = ("handling", "phone", "member", "sentence")
        return tuple(answer.get(f"closed_{name}", answer.get("code")) for name in names)

    assert closed() == ("same", "", None, "")
    assert closed(closed_handling="sentence", closed_sentence="Hi") == ("sentence", "", None, "Hi")
    given = closed(closed_handling="office_phone", closed_phone="415-701-0177")
    assert given == ("office_phone", "+14157010177", None, "Hi")
    assert closed(closed_handling="voicemail") == ("voicemail", "", None, "Hi")
    assert closed(closed_handling="same") == ("same", "", None, "")
    assert closed(closed_sentence="Hi") == ("bad_calls",) * 4


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
