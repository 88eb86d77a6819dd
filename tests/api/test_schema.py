"""The schema: complete, valid, public, shown on a page that the CSP allows; and the API keeps to it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, settings
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
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


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


def fuzz(made: Business, secret: str, examples: int) -> None:
    """Call every operation with generated requests about the rows of `made`."""
    api = schemathesis.openapi.from_dict(generated())
    api.app = WSGIHandler()
    real = {"thread": made.thread, "public_id": made.thread}

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def one(case: schemathesis.Case) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = str(_row(case.path, made) or real[name].public_id)
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {secret}"}
        case.validate_response(case.call(), checks=CHECKS)

    for result in api.get_all_operations():
        operation = result.ok()
        test = operation.as_strategy()
        _run(one, test)


def _run(one: Any, strategy: Any) -> None:
    from hypothesis import given

    given(case=strategy)(one)()


def _row(path: str, made: Business) -> Any:
    rows = {
        "alerts": made.alert, "clients": made.client, "deliveries": made.failed, "numbers": made.number,
        "overrides": made.override, "review": made.held, "sitters": made.sitter, "violations": made.violation,
        "windows": made.window, "threads": made.thread, "me": made.thread,
    }  # fmt: skip
    row: Any = rows.get(path.removeprefix("/api/v1/").split("/")[0])
    return row.public_id if row is not None else None


def test_an_owners_generated_requests_break_nothing() -> None:
    made = business()
    fuzz(made, key_of(made.owner), examples=12)


def test_a_sitters_generated_requests_break_nothing_and_show_no_phone() -> None:
    made = business()
    fuzz(made, key_of(made.sitter_user), examples=4)
