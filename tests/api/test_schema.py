"""The schema: complete, valid, public, shown on a page that the CSP allows; and the API keeps to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from snoutos.api import ENUM_NAMES
from tests.api.factories import Business, business, key_of
from tests.api.routes import ROUTES

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def generated() -> dict[str, Any]:
    """The schema as `manage.py spectacular` makes it."""
    with patched_settings({"ENUM_NAME_OVERRIDES": ENUM_NAMES}):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return dict(schema)


def test_the_schema_is_valid_and_made_without_a_warning() -> None:
    with GENERATOR_STATS.silence():
        schema = generated()
        assert not list(GENERATOR_STATS._warn_cache)
        assert not list(GENERATOR_STATS._error_cache)
    validate_schema(schema)  # type: ignore[no-untyped-call]


def test_the_schema_names_every_route_and_method() -> None:
    paths = generated()["paths"]
    named = {(method, path) for path, operations in paths.items() for method in operations}
    served = {(r.method, "/api/v1/" + re.sub(r"<uuid:(\w+)>", r"{\1}", r.pattern)) for r in ROUTES}
    assert named == served
    for path, operations in paths.items():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"], path
            assert {"ApiKey": []} in operation["security"]


def test_no_parameter_or_body_names_an_internal_id() -> None:
    for name, component in generated()["components"]["schemas"].items():
        for field, shape in component.get("properties", {}).items():
            if field == "id":
                assert shape.get("format") == "uuid", name
            assert field not in ("pk", "organization_id"), name


def test_schema_and_page_are_public_and_hold_no_inline_script() -> None:
    http = Client()
    schema = http.get("/api/v1/schema/", HTTP_ACCEPT="application/json")
    assert schema.status_code == 200
    page = http.get("/api/v1/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert scripts
    for attributes, inline in scripts:
        assert 'src="/' in attributes
        assert not inline.strip()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    source = re.findall(r'src="(/api/v1/docs/[^"]+)"', html)[0]
    script = http.get(source)
    assert script.status_code == 200
    assert script["Content-Type"] == "application/javascript"
    assert "/api/v1/schema/" in script.content.decode()


def fuzz(made: Business, secret: str, examples: int, *, under: str = "/api/v1/") -> set[str]:
    """Call every operation with generated requests, each on the rows of `made` as they were.

    Returns the operations that succeeded at least once.
    """
    api = schemathesis.openapi.from_dict(generated()).include(path_regex=f"^{under}")
    api.app = WSGIHandler()
    succeeded = set()

    def one(case: schemathesis.Case) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = str(_row(case.path, made))
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {secret}"}
        with transaction.atomic():
            answer = case.call()
            transaction.set_rollback(True)
        if answer.status_code < 300:
            succeeded.add(f"{case.method} {case.path}")
        case.validate_response(answer, checks=CHECKS)

    bounded = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for result in api.get_all_operations():
        bounded(given(case=result.ok().as_strategy())(one))()
    return succeeded


def _row(path: str, made: Business) -> Any:
    rows = {
        "alerts": made.alert, "clients": made.client, "deliveries": made.failed, "numbers": made.number,
        "overrides": made.override, "review": made.held, "sitters": made.sitter, "violations": made.violation,
        "windows": made.window, "threads": made.thread, "me": made.thread,
        "automations": made.automation, "executions": made.execution, "events": made.event,
    }  # fmt: skip
    row: Any = rows.get(path.removeprefix("/api/v1/").split("/")[0])
    return row.public_id if row is not None else None


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Keep the test's own connection through plain WSGI calls, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
def test_an_owners_generated_requests_break_nothing() -> None:
    made = business()
    succeeded = fuzz(made, key_of(made.owner), examples=5)
    # It is the endpoints that were tried, not their refusals.
    assert len(succeeded) > len(ROUTES) / 2, succeeded


@pytest.mark.usefixtures("_one_connection")
def test_a_sitters_generated_requests_break_nothing() -> None:
    made = business()
    succeeded = fuzz(made, key_of(made.sitter_user), examples=5, under="/api/v1/me/")
    assert len(succeeded) >= 3, succeeded
