"""Triage by the API: the same verbs as at the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import Thread
from tests.api.test_phones import post
from tests.business import Business
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def verb(business: Business, thread: Thread, what: str, **body: Any) -> Any:
    return post(business, f"threads/{thread.public_id}/{what}/", body)


def test_a_conversation_is_given_to_a_member(business: Business) -> None:
    thread = business.thread()
    olga = UserFactory(organization=business.organization, role="staff", name="Olga")
    answer = verb(business, thread, "give", member=str(olga.public_id))
    assert (answer.status_code, answer.json()["member"]["name"]) == (200, "Olga")
    assert verb(business, thread, "give", member=None).json()["member"] is None
    refused = verb(business, thread, "give", member=str(business.sitter_user.public_id))
    assert (refused.status_code, refused.json()["code"]) == (400, "not_a_member")


def test_it_is_snoozed_and_woken(business: Business) -> None:
    thread = business.thread()
    until = (timezone.now() + timedelta(hours=2)).isoformat()
    answer = verb(business, thread, "snooze", until=until)
    assert (answer.status_code, answer.json()["is_snoozed"]) == (200, True)
    assert answer.json()["snoozed_until"] is not None
    woken = verb(business, thread, "wake").json()
    assert (woken["is_snoozed"], woken["snoozed_until"]) == (False, None)
    assert verb(business, thread, "snooze", until=None).json()["is_snoozed"]
    refused = verb(business, thread, "snooze", until="2020-01-01T00:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_snooze")
    assert verb(business, thread, "snooze", until="2036-01-01T00:00:00").status_code == 400


def test_its_tags_are_set(business: Business) -> None:
    thread = business.thread()
    assert verb(business, thread, "tags", tags=["VIP", "vip"]).json()["tags"] == ["vip"]
    assert verb(business, thread, "tags", tags=["<b>"]).status_code == 400
    assert verb(business, thread, "tags", tags=[f"t{n}" for n in range(21)]).status_code == 400
    assert verb(business, thread, "tags", tags=[]).json()["tags"] == []
