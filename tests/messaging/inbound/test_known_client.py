"""A client's text: into their thread, decided, screened, kept, and recorded."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent, Occurrence
from messaging.models import Message, Participant, Thread
from routing.models import RoutingDecision
from tests.business import Business

pytestmark = pytest.mark.django_db


def test_first_text_of_a_known_client_opens_their_thread(business: Business) -> None:
    message = business.text("Is Biscuit ok?")
    assert message.thread.client == business.client
    assert message.thread.kind == "care"
    assert message.position == 1
    assert message.state == "received"
    assert message.audience == "thread"
    party = Participant.objects.get(thread=message.thread)
    assert (party.number, party.e164, party.role) == (business.front_desk, business.client_phone, "client")


def test_second_text_goes_into_the_same_thread_at_the_next_position(business: Business) -> None:
    first = business.text("one")
    second = business.text("two")
    assert second.thread == first.thread
    assert (first.position, second.position) == (1, 2)
    assert Thread.objects.get(pk=first.thread_id).last_position == 2


def test_without_a_window_it_goes_to_the_owner_and_the_trace_says_why(business: Business) -> None:
    message = business.text("Hello")
    decision = RoutingDecision.objects.get(message=message)
    assert (decision.target, decision.rule, decision.reason) == ("owner_inbox", "fallback", "nobody_assigned")
    assert [step["rule"] for step in decision.trace] == [
        "safety",
        "private",
        "override",
        "reach",
        "duty",
        "fallback",
    ]


def test_everything_is_recorded_once(business: Business) -> None:
    business.text("Hello")
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    message = business.text("Hello again")
    verbs = list(AuditEvent.objects.exclude(pk__in=before).order_by("pk").values_list("verb", flat=True))
    assert sorted(verbs) == ["message.received", "routing.decided", "webhook.inbound.received"]
    assert Occurrence.objects.filter(key=f"message:{message.pk}:received").count() == 1


def test_the_receipt_keeps_the_request_as_it_came(business: Business) -> None:
    message = business.text("Grüße 🐶 + & =")
    receipt = message.receipt
    assert receipt is not None
    assert receipt.state == "done"
    assert b"Gr%C3%BC%C3%9Fe" in bytes(receipt.raw)
    assert Message.objects.get(pk=message.pk).body == "Grüße 🐶 + & ="


def test_at_most_ten_queries_for_a_known_client(business: Business) -> None:
    business.text("warm")
    params = business.inbound_params("Is Biscuit ok?")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert business.post(params).status_code == 200
    counted = [
        q["sql"]
        for q in captured.captured_queries
        if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET CONSTRAINTS"))
    ]
    assert len(counted) <= 10, "\n".join(counted)


def test_the_answer_is_an_empty_response_document(business: Business) -> None:
    response = business.post(business.inbound_params("Hello"))
    assert response["Content-Type"] == "text/xml"
    assert response.content == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def test_a_text_for_the_owner_raises_their_unread_count(business: Business) -> None:
    message = business.text("Hello")
    assert Thread.objects.get(pk=message.thread_id).owner_position == message.position


def test_a_text_for_the_sitter_does_not(business: Business) -> None:
    first = business.text("Hello")
    business.window(first.thread)
    business.text("For Ana")
    assert Thread.objects.get(pk=first.thread_id).owner_position == first.position
