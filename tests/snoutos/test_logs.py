"""Log lines tell what went wrong, and nothing that anybody wrote."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from logging.config import dictConfig
from typing import Any

import pytest
import structlog
from celery import shared_task
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import path

from messaging.models import ClientPhone, Message, Thread
from snoutos.celery import app
from snoutos.core.logs import LOGGING, tell_what_ended_the_process
from tests.business import Business
from tests.snoutos.sitter_page.signing import texted_link

SECRET = "Failing row contains (7, +16195550120, the key is under the mat)"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is printed."""
    printed = io.StringIO()
    quiet = {**LOGGING, "handlers": {"console": {**LOGGING["handlers"]["console"], "stream": printed}}}
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    dictConfig(quiet)
    yield printed
    root.handlers, root.level = handlers, level
    logging.getLogger("_granian").handlers = []


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


PHONE = "+16195550120"
BODY = "the key is under the mat"


def _breaks_a_unique_rule(business: Business) -> None:
    """The database answers: Key (organization_id, e164)=(7, +1…) already exists."""
    for _ in range(2):
        ClientPhone.objects.create(organization=business.organization, client=business.client, e164=PHONE)


def _breaks_a_check(business: Business) -> None:
    """The database answers: Failing row contains (…, the whole text, …)."""
    thread = Thread.objects.create(organization=business.organization)
    Message.objects.create(
        organization=business.organization,
        thread=thread,
        position=1,
        author_kind="nobody",
        body=f"{PHONE} {BODY}",
    )


def _cannot_be_cast(business: Business) -> None:
    """The database answers: invalid input syntax for type integer: "the text"."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text::int", [f"{PHONE} {BODY}"])


BREAKS = [_breaks_a_unique_rule, _breaks_a_check, _cannot_be_cast]


def _broken(breaks: Any, business: Business) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        breaks(business)
    assert PHONE in str(caught.value), "the database quotes what it refuses"
    return caught.value


def _page(request: Any) -> Any:
    with transaction.atomic():
        _breaks_a_unique_rule(_page.business)  # type: ignore[attr-defined]


urlpatterns = [path("breaks/", _page)]


@override_settings(ROOT_URLCONF=__name__)
def test_a_page_that_fails_is_logged_without_the_row(business: Business, lines: io.StringIO) -> None:
    _page.business = business  # type: ignore[attr-defined]
    answer = Client(raise_request_exception=False).get("/breaks/")
    assert answer.status_code == 500
    assert PHONE not in lines.getvalue()
    (line,) = [one for one in told(lines) if one["logger"] == "django.request"]
    assert line["error"] == "IntegrityError"
    assert any("test_logs.py" in place for place in line["where"])


@pytest.mark.parametrize("breaks", BREAKS)
def test_no_way_of_logging_an_error_quotes_a_row(breaks: Any, business: Business, lines: io.StringIO) -> None:
    """As an argument, in a sentence, by name, as its repr, wrapped in another one, as a traceback in words; by us and by libraries."""
    error = _broken(breaks, business)
    library, ours = logging.getLogger("library"), structlog.get_logger("messaging")
    try:
        raise RuntimeError(f"while storing: {error}") from error
    except RuntimeError as wrapped:
        library.error("It failed: %s", error)
        library.error("It failed: %r", error, exc_info=True)
        library.error("It failed: %(exc)s", {"exc": str(error)})
        library.error("It failed: %s" % wrapped)  # noqa: UP031  (what libraries do)
        library.exception("It failed")
        library.error("\n".join(traceback.format_exception(error)))
        logging.getLogger("_granian").error("Application callable raised an exception", exc_info=wrapped)
        ours.error("failed", why=str(error), what=error, how=repr(wrapped))
        ours.exception("failed")
        ours.exception(f"failed: {error}")
    library.error("It failed later: %s", error)
    assert len(told(lines)) == 11
    for secret in (PHONE, PHONE[2:], BODY, "DETAIL"):
        assert secret not in lines.getvalue()
    assert type(error).__name__ in lines.getvalue()


def test_a_link_that_lets_somebody_in_is_not_logged(business: Business, lines: io.StringIO) -> None:
    path = texted_link(business)
    token = path.rstrip("/").rpartition("/")[2]
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert "Forbidden" in lines.getvalue()
    assert token not in lines.getvalue()


def test_a_link_that_sets_a_password_is_not_logged(business: Business, lines: io.StringIO) -> None:
    path = f"/admin/set-password/{'t' * 43}/"
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    assert "Forbidden" in lines.getvalue()
    assert "t" * 43 not in lines.getvalue()


def test_a_command_that_dies_of_a_row_does_not_print_it(
    business: Business, capsys: pytest.CaptureFixture[str]
) -> None:
    error = _broken(_breaks_a_unique_rule, business)
    assert isinstance(error, IntegrityError)
    tell_what_ended_the_process(type(error), error, error.__traceback__)
    printed = capsys.readouterr().err
    assert PHONE not in printed
    assert "IntegrityError: duplicate key value violates unique constraint" in printed
    assert "test_logs.py" in printed
