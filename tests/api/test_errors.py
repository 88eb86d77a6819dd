"""Everything that goes wrong is answered as problem details with a stable code."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.test import APIClient

from automations import errors as automation_errors
from automations.engine import external_events
from messaging import errors
from messaging.api.threads import Threads
from snoutos.accounts.rest import idempotency, pagination, parsing
from snoutos.accounts.rest.throttling import PrincipalThrottle
from snoutos.core.problems import _CODES, Problem
from tests.api.factories import Business, business, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Business:
    return business(full=False)


@pytest.fixture
def http(made: Business) -> APIClient:
    return client_of(made.owner)


def problem(answer: Any) -> tuple[int, str]:
    """Status and code of a problem; fails when it is none."""
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:snoutos:problem:{body['code']}"
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "body",
    [
        "{", "nonsense", '{"a": 1', "\xff", "[" * 5000, "[" * 66 + "]" * 66, '{"a": NaN}',
        '{"a": ' + "9" * 5000 + "}", '{"a": "\\ud800"}', '{"\\udfff": 1}',
    ],
)  # fmt: skip
def test_what_is_no_json_is_not_readable(http: APIClient, body: str) -> None:
    answer = http.post("/api/v1/threads/", body.encode("latin-1"), content_type="application/json")
    assert problem(answer) == (400, "not_readable")


@pytest.mark.parametrize(
    "body", ["[]", "1", "null", '"x"', "{}", '{"client": 1}', '{"client": null}', '{"client": []}']
)
def test_json_of_another_shape_is_invalid(http: APIClient, body: str) -> None:
    answer = http.post("/api/v1/threads/", body.encode(), content_type="application/json")
    assert problem(answer) == (400, "invalid")


def test_only_json_is_taken_and_given(http: APIClient) -> None:
    assert problem(http.post("/api/v1/threads/", "a=1", content_type="text/plain")) == (415, "only_json")
    assert problem(http.post("/api/v1/threads/", {"a": 1}, format="multipart")) == (415, "only_json")
    assert problem(http.get("/api/v1/threads/", HTTP_ACCEPT="text/html")) == (406, "only_json")


def test_a_body_over_64_kib_is_refused_unread(http: APIClient, made: Business) -> None:
    path = f"/api/v1/threads/{made.thread.public_id}/messages/"
    answer = http.post(path, {"body": "x" * 70_000}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert problem(answer) == (413, "body_too_large")


@pytest.mark.parametrize("method", ["delete", "put", "patch", "options"])
def test_a_method_that_is_not_offered(http: APIClient, method: str) -> None:
    assert problem(getattr(http, method)("/api/v1/threads/")) == (405, "method_not_possible")


@pytest.mark.parametrize(
    "path", ["", "nothing/", "threads", "threads/1/", "threads/x/messages/", "docs/x", "\x00", "é/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_an_unknown_address(path: str, method: str) -> None:
    assert problem(getattr(APIClient(), method)(f"/api/v1/{path}")) == (404, "not_found")


FUTURE = {"starts_at": "2031-01-01T10:00Z", "ends_at": "2031-01-02T10:00Z"}
MASS: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "threads/{thread}/messages/", {"body": "hi"}),
    ("post", "threads/{thread}/notes/", {"body": "hi"}),
    ("post", "threads/{thread}/close/", {}),
    ("post", "threads/{thread}/read/", {}),
    ("post", "threads/", {"client": "{client}"}),
    ("post", "clients/", {"name": "Bo", "phones": ["+14155550123"]}),
    ("post", "windows/", {"thread": "{thread}", "sitter": "{sitter}", **FUTURE}),
    ("patch", "windows/{window}/", {"ends_at": "2031-01-01T10:00Z"}),
    ("post", "windows/{window}/end/", {}),
    (
        "post",
        "overrides/",
        {"thread": "{thread}", "target": "owner_inbox", "ends_at": "2031-01-01T10:00Z", "reason": "x"},
    ),
    ("post", "review/{held}/approve/", {}),
    ("post", "review/{held}/edit/", {"body": "hi"}),
    ("post", "review/{held}/reject/", {"note": "no"}),
    ("post", "deliveries/{failed}/retry/", {}),
    ("post", "alerts/{alert}/resolve/", {}),
    ("post", "routing/simulate/", {"thread": "{thread}", "at": "2031-01-01T10:00Z"}),
]
NOT_OFFERED = (
    "author", "author_kind", "organization", "organization_id", "sender", "number", "from", "state", "id",
    "public_id", "by", "created_at", "origin_key", "user",
)  # fmt: skip


def test_a_field_nobody_offered_is_refused() -> None:
    made = business()
    ids = {
        name: str(getattr(made, name).public_id)
        for name in ("thread", "client", "sitter", "window", "held", "failed", "alert")
    }
    http = client_of(made.owner)
    for method, path, body in MASS:
        asked = {
            name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()
        }
        for extra in NOT_OFFERED:
            answer = getattr(http, method)(
                "/api/v1/" + path.format(**ids),
                {**asked, extra: "1"},
                format="json",
                HTTP_IDEMPOTENCY_KEY="k",
            )
            assert problem(answer) == (400, "invalid"), (method, path, extra)
            assert extra in answer.json()["errors"]


@pytest.mark.parametrize("text", ['"a\\u0000b"', '""', '"' + "x" * 1601 + '"', "null", '["x"]', "{}", "true"])
def test_a_text_that_cannot_be_sent(made: Business, http: APIClient, text: str) -> None:
    path = f"/api/v1/threads/{made.thread.public_id}/messages/"
    answer = http.post(path, f'{{"body": {text}}}', content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert problem(answer) == (400, "invalid")


def test_a_text_of_spaces_is_no_text(made: Business, http: APIClient) -> None:
    path = f"/api/v1/threads/{made.thread.public_id}/messages/"
    answer = http.post(path, {"body": "   "}, format="json", HTTP_IDEMPOTENCY_KEY="k")
    assert problem(answer) == (400, "empty_text")


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "x", "", 5, None, "2031-13-01"]
)
def test_a_time_that_cannot_be(made: Business, http: APIClient, moment: Any) -> None:
    body = {
        "thread": str(made.thread.public_id), "sitter": str(made.sitter.public_id), "starts_at": moment,
        "ends_at": "2031-01-01T10:00Z",
    }  # fmt: skip
    answer = http.post("/api/v1/windows/", body, format="json")
    assert problem(answer) == (400, "invalid")
    assert set(answer.json()["errors"]) == {"starts_at"}


def test_too_many_requests_of_one_principal(made: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Threads, "throttle_classes", [PrincipalThrottle])
    monkeypatch.setattr(PrincipalThrottle, "rate", "2/min", raising=False)
    monkeypatch.setattr(PrincipalThrottle, "cache", LocMemCache("throttle-test", {}))
    mine, other = client_of(made.owner), client_of(made.owner)
    for _ in range(2):
        assert mine.get("/api/v1/threads/").status_code == 200
    refused = mine.get("/api/v1/threads/")
    assert problem(refused) == (429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0
    assert other.get("/api/v1/threads/").status_code == 200


def test_every_code_is_documented() -> None:
    said = (settings.BASE_DIR / "docs" / "api.md").read_text()
    ours = {
        found.code
        for module in (errors, automation_errors, external_events, idempotency, pagination, parsing)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Problem)
    }
    ours |= {
        *_CODES.values(),
        "not_found",
        "invalid",
        "csrf_failed",
        "bad_phone",
        "alert_finished",
        "alert_critical",
    }
    # Bases, and what only the desk can meet.
    ours -= {"problem", "messaging", "automation", "number_in_use"}
    ours -= {
        "alert_address_refused",
        "emergency_contact_in_use",
        "mail_not_sent",
        "mail_off",
        "no_such_alert_channel",
        "test_code_wrong",
        "test_too_soon",
    }
    assert sorted(code for code in ours if f"`{code}`" not in said) == []
