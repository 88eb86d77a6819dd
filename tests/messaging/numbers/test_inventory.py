"""What the list and the page of numbers say about their use, their pace and their history."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from messaging.models import Delivery, Message, MessageNumber, SendingLine, Thread
from messaging.numbers import inventory, lifecycle
from messaging.people import threads
from snoutos.adminkit.rows import address
from tests.business import Business, another_client, stranger
from tests.doors.pages import press
from tests.messaging.outbound.steps import owner_says

LIST = "admin:messaging_messagenumber_changelist"


def figures(number: MessageNumber) -> Any:
    return inventory.with_figures(MessageNumber.objects.filter(pk=number.pk), timezone.now()).get()


def read(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_a_number_that_nobody_used(business: Business) -> None:
    found = figures(business.pool)
    assert (found.open_conversations, found.texts_in, found.texts_out, found.last_used_at) == (0, 0, 0, None)
    assert "Never" in read(business.signed_in().get(reverse(LIST)))


def test_conversations_texts_and_last_use_are_those_of_the_number(business: Business) -> None:
    thread = business.thread()
    for _ in range(3):
        business.text("Hello")
    business.text("Hi", sender=another_client(business)[1])
    business.text("Who are you?", sender=stranger(), to=business.pool.e164)
    Delivery.objects.filter(pk=owner_says(business, "On my way", thread=thread).pk).update(
        sent_at=timezone.now()
    )
    owner_says(business, "Not sent yet", thread=thread)
    found = figures(business.front_desk)
    assert (found.open_conversations, found.texts_out) == (2, 1)
    said = Message.objects.filter(participant__number=business.front_desk, state="received")
    assert found.texts_in == said.count() >= 4
    assert found.last_used_at == Thread.objects.get(pk=thread.pk).last_message_at
    assert (figures(business.pool).open_conversations, figures(business.pool).texts_in) == (1, 1)
    shown = read(business.signed_in().get(reverse(LIST)))
    assert f"{found.texts_in} in, 1 out" in shown
    assert "1 in, 0 out" in shown


def test_the_api_tells_the_same_and_costs_the_same_however_many_there_are(business: Business) -> None:
    thread = business.thread()
    business.text("Who are you?", sender=stranger(), to=business.pool.e164)
    http = APIClient()
    http.force_login(business.owner, backend="django.contrib.auth.backends.ModelBackend")

    def asked(where: str = "") -> tuple[Any, int]:
        with CaptureQueriesContext(connection) as queries:
            answer = http.get(f"/api/v1/numbers/{where}")
        assert answer.status_code == 200
        return answer.json(), len(queries)

    asked()
    listed, few = asked()
    one = {row["id"]: row for row in listed["results"]}[str(business.front_desk.public_id)]
    found = figures(business.front_desk)
    assert (one["open_conversations"], one["texts_in_7_days"], one["texts_out_7_days"]) == (
        1,
        found.texts_in,
        0,
    )
    assert parse_datetime(one["last_used_at"]) == Thread.objects.get(pk=thread.pk).last_message_at
    assert one["health"] == "healthy"
    assert asked(f"{business.front_desk.public_id}/")[0] == one
    role = http.post(f"/api/v1/numbers/{business.pool.public_id}/role/", {"role": "sitter"}, format="json")
    assert (role.json()["role"], role.json()["open_conversations"]) == ("sitter", 1)
    for _ in range(5):
        business.text("Hello", sender=stranger(), to=business.add_number("pool").e164)
    assert asked()[1] <= few


def test_what_is_older_than_seven_days_and_what_is_closed_does_not_count(business: Business) -> None:
    thread = business.thread()
    business.text("Hello")
    owner_says(business, "Hi", thread=thread)
    week_ago = timezone.now() - timedelta(days=7, minutes=1)
    Message.objects.update(created_at=week_ago)
    Delivery.objects.update(created_at=week_ago, sent_at=week_ago)
    threads.close_thread(thread, by=business.owner, at=timezone.now())
    found = figures(business.front_desk)
    assert (found.open_conversations, found.texts_in, found.texts_out) == (0, 0, 0)


def test_the_list_costs_the_same_however_many_numbers_there_are(business: Business) -> None:
    desk = business.signed_in()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse(LIST)).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for _ in range(8):
        number = business.add_number("pool")
        business.text("Hello", sender=stranger(), to=number.e164)
    assert asked() <= few


def test_a_number_sends_at_the_pace_that_was_typed(business: Business) -> None:
    desk, number = business.signed_in(), business.front_desk
    press(desk, number, "pace", segments_per_second="2.5", burst="40")
    line = SendingLine.objects.get(number=number)
    assert (line.segments_per_second, line.burst) == (2.5, 40)
    assert "2.5 a second, 40 at once after a break" in read(desk.get(address(number) or ""))
    url = reverse("admin:messaging_messagenumber_pace", args=[number.public_id])
    for typed in ({"segments_per_second": "0", "burst": "1"}, {"segments_per_second": "1", "burst": "0"}):
        refused = desk.post(url, {"_form_submitted": "on", **typed}, headers={"HX-Request": "true"})
        assert "HX-Redirect" not in refused
    assert 'value="2.5"' in desk.get(url).content.decode()
    assert SendingLine.objects.get(number=number).segments_per_second == 2.5


def test_the_page_tells_what_was_done_with_it_newest_first(business: Business) -> None:
    number = business.pool
    lifecycle.set_role(number, role="sitter", by=business.owner, at=timezone.now())
    lifecycle.quarantine(number, reason="Spam", by=business.owner, at=timezone.now())
    lifecycle.set_role(business.add_number("pool"), role="sitter", by=business.owner, at=timezone.now())
    verbs = [event.verb for event in inventory.history(number)]
    assert verbs[:2] == ["number.quarantined", "number.role_changed"]
    assert verbs.count("number.role_changed") == 1
    shown = read(business.signed_in().get(address(number) or ""))
    assert shown.index("A number was paused.") < shown.index("A number's role changed from pool to sitter.")
