"""What a text costs does not grow with what was said and planned before."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import AssignmentWindow
from tests.business import Business
from tests.past import erase

_NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET CONSTRAINTS")


def cost(business: Business, body: str) -> list[str]:
    """The statements of one text."""
    params = business.inbound_params(body)
    with CaptureQueriesContext(connection) as captured:
        assert business.post(params).status_code == 200
    statements = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in statements if not sql.startswith(_NOT_COUNTED)]


def a_long_history(business: Business) -> None:
    thread = business.thread()
    now = timezone.now()
    for day in range(2, 22):
        business.text(f"day {day}")
        for start in (now - timedelta(days=day), now + timedelta(days=day)):
            AssignmentWindow.objects.create(
                organization=business.organization,
                thread=thread,
                sitter=business.sitter,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
            )


def test_a_long_history_costs_nothing_more(business: Business) -> None:
    business.thread()
    for body in ("Is Biscuit ok?", "call 619-701-0558"):
        before = len(cost(business, body))
        a_long_history(business)
        assert len(cost(business, body)) == before
        erase(AssignmentWindow.objects.all())


def test_a_relay_costs_the_same_whatever_came_before(business: Business) -> None:
    business.window(business.thread())
    before = len(cost(business, "Is Biscuit ok?"))
    a_long_history(business)
    assert len(cost(business, "Is Biscuit ok?")) == before
