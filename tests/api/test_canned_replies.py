"""Canned replies by the API: as they read in one conversation, and only the caller's."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from automations.models import CannedReply
from tests.api.factories import client_of
from tests.business import Business, open_business
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_each_says_what_it_would_say(business: Business) -> None:
    other = UserFactory(organization=business.organization, role="staff")
    for name, body, member in (
        ("Key", "Hi {{ business.name }}", None),
        ("When", "{{ visit.date }}", business.owner),
        ("Theirs", "Psst", other),
    ):
        CannedReply.objects.create(organization=business.organization, name=name, body=body, member=member)
    http: APIClient = client_of(business.owner)
    when, key = http.get(f"/api/v1/threads/{business.thread().public_id}/canned-replies/").json()["results"]
    assert (key["name"], key["text"], key["missing"]) == ("Key", "Hi Happy Tails", "")
    assert (when["text"], "visit.date" in when["missing"]) == ("", True)
    foreign = open_business("Paws").thread()
    assert http.get(f"/api/v1/threads/{foreign.public_id}/canned-replies/").status_code == 404
