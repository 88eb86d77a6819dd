"""Who may call what: every route, as nobody, with the wrong scope, as a sitter, a stranger, a system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from snoutos.accounts.api_keys import Scope
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role
from tests.api.factories import Business, business, client_of
from tests.api.routes import MINE, OTHERS, ROUTES, Route
from tests.worlds import world

pytestmark = pytest.mark.django_db

# Only people decide these; a connected system may not, whatever its key says.
PEOPLE_ONLY = {
    "POST automations/", "PATCH automations/<uuid:public_id>/",
    *(
        f"POST automations/<uuid:public_id>/{verb}/"
        for verb in (
            "rename", "test", "preview", "try", "activate", "pause", "resume", "archive", "change-secret",
        )
    ),
    "PUT business-hours/",
    "GET alert-settings/", "GET alerts/", "GET alerts/<uuid:public_id>/", "POST alerts/<uuid:public_id>/acknowledge/",
    "POST alerts/<uuid:public_id>/dismiss/", "POST alerts/<uuid:public_id>/resolve/", "GET audit/events/",
    "POST deliveries/<uuid:public_id>/leave/", "POST deliveries/<uuid:public_id>/retry/",
    "POST deliveries/<uuid:public_id>/send-again/", "POST overrides/",
    "POST overrides/<uuid:public_id>/remove/", "GET review/", "GET revocations/",
    "POST revocations/<uuid:public_id>/opt-out/", "POST revocations/<uuid:public_id>/not-meant/",
    "POST review/approve-together/", "POST review/<uuid:public_id>/allow/", "GET violations/csv/",
    "POST review/<uuid:public_id>/approve/", "POST review/<uuid:public_id>/dismiss/",
    "POST review/<uuid:public_id>/edit/", "POST review/<uuid:public_id>/reject/", "GET violations/",
    "GET violations/<uuid:public_id>/",
    *(
        f"POST clients/<uuid:public_id>/{verb}/"
        for verb in (
            "add-phone", "add-partner", "merge", "preview-phone", "replace-phone", "remove-phone", "recycle-phone", "give-phone",
        )
    ),
    *(f"POST threads/<uuid:public_id>/{verb}/" for verb in ("move", "preview-move", "block", "unblock")),
    "POST sitters/<uuid:public_id>/change-phone/",
    "GET members/", "GET members/<uuid:public_id>/", "POST members/<uuid:public_id>/change-phone/",
    "POST sitters/<uuid:public_id>/offboard/", "POST sitters/<uuid:public_id>/preview-offboard/", "POST sitters/onboard/",
    *(
        f"POST numbers/<uuid:public_id>/{verb}/"
        for verb in ("preview-pause", "pause", "preview-release", "release", "activate", "role", "label", "lift-filtering", "calls")
    ),
    "GET provider-differences/", "POST provider-differences/compare/", "POST provider-differences/<uuid:public_id>/repair/",
    "POST numbers/<uuid:public_id>/closed-calls/", "POST numbers/<uuid:public_id>/prove/",
    "GET imports/", "POST imports/", "GET imports/<uuid:public_id>/", "GET imports/<uuid:public_id>/rows/",
    *(f"POST imports/<uuid:public_id>/{verb}/" for verb in ("columns", "start", "undo", "discard")),
    "GET clients/csv/", "GET sitters/csv/",
}  # fmt: skip


def _made() -> Business:
    return business("CANARY-A")


made = world(_made)


def call(http: APIClient, route: Route, made: Business, body: Any = None) -> Any:
    """Call `route` with the rows of `made`."""
    ask = getattr(http, route.method)
    if route.method == "get":
        return ask(route.path(made))
    return ask(route.path(made), body or {}, format="json", HTTP_IDEMPOTENCY_KEY="k1")


def each(routes: list[Route], check: Callable[[Route], None]) -> None:
    """Check every route, each on the rows as they were; fail with all that did not hold."""
    failed = []
    for route in routes:
        with transaction.atomic():
            try:
                check(route)
            except AssertionError as error:
                failed.append(f"{route}: {error}")
            transaction.set_rollback(True)
    assert not failed, "\n".join(failed)


def told(answer: Any) -> tuple[int, str]:
    """Status and code of a problem; no code for what succeeded, which may be a table."""
    return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


def test_there_are_routes() -> None:
    assert len(ROUTES) > 40
    assert len(MINE) == 7


def test_nobody_is_asked_to_sign_in(made: Business) -> None:

    def check(route: Route) -> None:
        answer = call(APIClient(), route, made)
        assert told(answer) == (401, "not_signed_in")
        assert answer["WWW-Authenticate"] == "Bearer"

    each(ROUTES, check)


def test_a_key_without_the_scope_is_refused(made: Business) -> None:
    owner, sitter = client_of(made.owner, "events"), client_of(made.sitter_user, "events")
    reader = client_of(made.owner, "read")

    def check(route: Route) -> None:
        http = sitter if route in MINE else reader if str(route) == "POST events/" else owner
        assert told(call(http, route, made)) == (403, "not_allowed")

    each(ROUTES, check)


def test_each_scope_opens_its_own_writes_only(made: Business) -> None:
    keys = {
        scope: (client_of(made.owner, scope), client_of(made.sitter_user, scope)) for scope in Scope.values
    }

    def check(route: Route) -> None:
        needed = route.permission.scope
        assert needed in Scope.values
        for scope, (owner, sitter) in keys.items():
            answer = call(sitter if route in MINE else owner, route, made)
            assert (told(answer) == (403, "not_allowed")) == (scope != needed), scope

    each(ROUTES, check)


def test_a_reading_key_changes_nothing() -> None:
    harmless = {"POST threads/<uuid:public_id>/read/", "POST routing/simulate/"}
    writing = [route for route in ROUTES if route.method != "get" and str(route) not in harmless]
    assert all(route.permission.scope != Scope.READ for route in writing)


def test_a_sitter_may_call_only_their_own_face(made: Business) -> None:
    http = client_of(made.sitter_user)

    def check(route: Route) -> None:
        answer = call(http, route, made)
        assert told(answer) == (403, "not_allowed")
        assert "CANARY" not in answer.getvalue().decode()

    each(OTHERS, check)


def test_a_sitters_face_shows_nobody_else_anything(made: Business) -> None:
    """The office has the same face, empty unless they sit too; a connected system has none."""
    for person in (made.owner, made.staff, made.integration):
        http = client_of(person)
        for route in MINE:
            answer = call(http, route, made, {"body": "hi"})
            if route.pattern == "me/":
                assert answer.json()["sitter"] is None
            elif person == made.integration:
                assert told(answer) == (403, "not_allowed")
            elif route.is_detail:
                assert told(answer) == (404, "not_found")
            else:
                assert answer.json()["results"] == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF, Role.INTEGRATION])
def test_a_stranger_sees_nothing(made: Business, role: Role) -> None:
    stranger = business("CANARY-B", full=False)
    people = {Role.OWNER: stranger.owner, Role.STAFF: stranger.staff, Role.INTEGRATION: stranger.integration}
    http = client_of(people[role])

    def check(route: Route) -> None:
        answer = call(http, route, made)
        assert "CANARY-A" not in answer.getvalue().decode()
        if not route.permission.allows(people[role]):
            assert told(answer) == (403, "not_allowed")
        elif route.is_detail:
            assert told(answer) == (404, "not_found")
        elif str(route) == "POST provider-differences/compare/":
            # It needs nothing said, and asks about the stranger's own account.
            assert answer.status_code == 409
        else:
            assert answer.status_code == (200 if route.method == "get" else 400)

    each(OTHERS, check)


def test_a_strange_sitter_sees_nothing(made: Business) -> None:
    stranger = business("CANARY-B")
    http = client_of(stranger.sitter_user)

    def check(route: Route) -> None:
        answer = call(http, route, made, {"body": "hi"})
        assert "CANARY-A" not in answer.getvalue().decode()
        assert answer.status_code == (404 if route.is_detail else 200)

    each(MINE, check)


def test_the_owner_of_the_rows_sees_them(made: Business) -> None:
    """What the stranger's test would miss if addresses were wrong: the same addresses answer their owner."""
    http = client_of(made.owner)

    def check(route: Route) -> None:
        assert call(http, route, made).status_code not in (401, 403, 404, 405, 500)

    each(OTHERS, check)


def test_a_connected_system_is_allowed_what_is_not_for_people_only(made: Business) -> None:
    http = client_of(made.integration)

    def check(route: Route) -> None:
        assert (call(http, route, made).status_code == 403) == (str(route) in PEOPLE_ONLY)

    each(OTHERS, check)


WINDOW = {"starts_at": "2030-01-01T10:00Z", "ends_at": "2030-01-01T11:00Z"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("threads/", {"client": "client"}),
        ("threads/", {"sitter": "sitter"}),
        ("threads/", {"phone": "+13105550196", "number": "number"}),
        ("windows/", {"thread": "thread", "sitter": "own", **WINDOW}),
        ("windows/", {"thread": "own", "sitter": "sitter", **WINDOW}),
        ("visits/", {"client": "client", "sitter": "own", **WINDOW}),
        ("visits/", {"client": "own", "sitter": "sitter", **WINDOW}),
        (
            "overrides/",
            {"thread": "thread", "target": "owner_inbox", "ends_at": "2030-01-01T10:00Z", "reason": "x"},
        ),
        ("routing/simulate/", {"thread": "thread", "at": "2030-01-01T10:00Z"}),
        ("events/", {"name": "booking.created", "thread": "thread"}),
        ("events/", {"name": "booking.created", "client": "client"}),
    ],
)
def test_a_body_that_names_anothers_row(path: str, body: dict[str, str]) -> None:
    """It is refused as if the row did not exist."""
    made, stranger = business("CANARY-A", full=False), business("CANARY-B", full=False)
    asked = {
        name: str(getattr(stranger if value == "own" else made, name).public_id)
        if name in ("client", "thread", "sitter", "number")
        else value
        for name, value in body.items()
    }
    answer = client_of(stranger.owner).post(
        f"/api/v1/{path}", asked, format="json", HTTP_IDEMPOTENCY_KEY="k1"
    )
    assert answer.status_code == 400
    assert "No such item." in answer.getvalue().decode()
    assert "CANARY-A" not in answer.getvalue().decode()


def test_a_browser_session_reads_and_needs_csrf_to_write(made: Business) -> None:
    http = APIClient(enforce_csrf_checks=True)
    http.force_login(made.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert http.get("/api/v1/threads/").status_code == 200
    path = f"/api/v1/threads/{made.thread.public_id}/read/"
    refused = http.post(path, {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    token = "a" * 32
    http.cookies["csrftoken"] = token
    assert http.post(path, {}, format="json", HTTP_X_CSRFTOKEN=token).status_code == 200


def test_unusable_keys_open_nothing() -> None:
    made = business("CANARY-A", full=False)
    for secret in ("snout_x_y", "snout_", "nonsense"):
        http = APIClient()
        http.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        answer = http.get("/api/v1/threads/")
        assert (answer.status_code, answer.json()["code"]) == (401, "key_refused")
    http = client_of(made.owner)
    made.organization.is_active = False
    made.organization.save()
    assert http.get("/api/v1/threads/").status_code == 401


def test_an_operator_and_a_closed_business_are_nobody() -> None:
    made = business("CANARY-A", full=False)
    made.organization.is_active = False
    made.organization.save()
    operator = User.objects.create_user("op@example.com", role=Role.OPERATOR)
    for person in (operator, made.owner):
        http = APIClient()
        http.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert http.get("/api/v1/threads/").status_code == 401
