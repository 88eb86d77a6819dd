"""Log lines tell what went wrong, and nothing that anybody wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from logging.config import dictConfig
from typing import Any

import pytest
import structlog
from celery import shared_task

from snoutos.celery import app
from snoutos.logs import LOGGING

SECRET = "Failing row contains (7, +16195550120, the key is under the mat)"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is printed."""
    printed = io.StringIO()
    quiet = {**LOGGING, "handlers": {"console": {**LOGGING["handlers"]["console"], "stream": printed}}}
    before = logging.getLogger("celery.app.trace").filters[:]
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    dictConfig(quiet)
    yield printed
    root.handlers, root.level = handlers, level
    logging.getLogger("celery.app.trace").filters = before


def told(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_error_is_told_by_type_and_place(lines: io.StringIO) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /api/v1/me/")
        structlog.get_logger("messaging").exception("webhook.failed", receipt_id=7)
    assert SECRET not in lines.getvalue()
    assert [one["error"] for one in told(lines)] == ["ValueError", "ValueError"]
    assert all("test_logs.py" in one["where"][-1] for one in told(lines))


def test_a_task_that_fails_does_not_quote_its_error(lines: io.StringIO) -> None:
    @shared_task(name="tests.fails")
    def fails() -> None:
        raise ValueError(SECRET)

    app.tasks["tests.fails"].apply()
    del app.tasks["tests.fails"]
    assert SECRET not in lines.getvalue()
    (line,) = told(lines)
    assert line["error"] == "ValueError"
    assert "raised unexpected: ValueError" in line["event"]
