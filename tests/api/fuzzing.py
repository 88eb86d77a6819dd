"""Generated requests to every operation of the schema. Imported by the tests that need it: schemathesis takes a second to load."""

from __future__ import annotations

from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.factories import Business
from tests.api.test_schema import generated

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def fuzz(made: Business, secret: str, examples: int, *, under: str = "/api/v1/") -> set[str]:
    """Call every operation with generated requests, each on the rows of `made` as they were.

    Returns the operations that succeeded at least once.
    """
    api = schemathesis.openapi.from_dict(generated()).include(path_regex=f"^{under}")
    api.app = WSGIHandler()
    succeeded = set()

    def one(case: schemathesis.Case[Any]) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = str(_row(case.path, made))
        case.headers["Authorization"] = f"Bearer {secret}"
        with transaction.atomic():
            answer = case.call()
            transaction.set_rollback(True)
        if answer.status_code < 300:
            succeeded.add(f"{case.method} {case.path}")
        case.validate_response(answer, checks=CHECKS)

    bounded = settings(
        max_examples=examples, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for result in api.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        bounded(given(case=operation.as_strategy())(one))()
    return succeeded


def _row(path: str, made: Business) -> Any:
    rows = {
        "alerts": made.alert, "clients": made.client, "deliveries": made.failed, "numbers": made.number,
        "overrides": made.override, "review": made.held, "sitters": made.sitter, "members": made.owner, "violations": made.violation,
        "windows": made.window, "visits": made.visit, "threads": made.thread, "me": made.thread,
        "automations": made.automation, "executions": made.execution, "events": made.event, "imports": made.people_import,
    }  # fmt: skip
    row: Any = rows.get(path.removeprefix("/api/v1/").split("/")[0])
    return row.public_id if row is not None else None
