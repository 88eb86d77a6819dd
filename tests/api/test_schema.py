"""The schema: complete, valid, public, shown on a page that the CSP allows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.validation import validate_schema

from snoutos.api import ENUM_NAMES
from tests.api.routes import ROUTES

pytestmark = pytest.mark.django_db


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
