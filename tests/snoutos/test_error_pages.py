"""What callers get when something nobody foresaw happens."""

from __future__ import annotations

import json

from django.test import RequestFactory

from snoutos.core.error_pages import server_error


def test_programs_get_a_problem() -> None:
    answer = server_error(RequestFactory().post("/api/v1/threads/"))
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "fault"


def test_people_get_a_page() -> None:
    answer = server_error(RequestFactory().get("/admin/"))
    assert answer.status_code == 500
    assert "text/html" in answer["Content-Type"]
