"""A longer list costs no more queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from messaging.assignments import visits, windows
from messaging.consent import changes as consent
from messaging.people import clients, sitters, starting
from messaging.people.starting import Whom
from snoutos.accounts.models import User
from tests.api import factories
from tests.api.factories import Business
from tests.desk.test_model_pages import browser, filled

LISTS = [
    "audit_auditevent",
    "messaging_client",
    "messaging_sitter",
    "messaging_optout",
    "messaging_thread",
    "messaging_assignmentwindow",
    "messaging_visit",
    "messaging_delivery",
    "messaging_message",
]


def queries(owner: User, name: str) -> int:
    shown = browser(owner)
    with CaptureQueriesContext(connection) as captured:
        assert shown.get(reverse(f"admin:{name}_changelist")).status_code == 200
    return len(captured)


def grow(made: Business) -> None:
    """Three more of everything the lists show."""
    by, at = made.owner, timezone.now()
    for index in range(3):
        e164 = factories.phone()
        client = clients.create_client(
            organization=made.organization, name=f"C{index}", phones=[e164], by=by, at=at
        )
        thread = starting.start(Whom(client=client), by=by, at=at).thread
        factories.say(thread, body="hello")
        sitter = sitters.create_sitter(organization=made.organization, name=f"S{index}", by=by, at=at)
        starts = at + timedelta(days=1)
        visits.create(client=client, sitter=sitter, starts_at=starts + timedelta(hours=2), ends_at=starts + timedelta(hours=3),
                      by=by, at=at)  # fmt: skip
        windows.create(thread=thread, sitter=sitter, starts_at=starts, ends_at=starts + timedelta(hours=1),
                       by=by, at=at)  # fmt: skip
        consent.opt_out(made.organization, e164, by=by, at=at)
        factories.troubled(made, "failed")


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    made = filled("CANARYOURS")
    queries(made.owner, LISTS[0])
    before = {name: queries(made.owner, name) for name in LISTS}
    events = AuditEvent.objects.count()
    grow(made)
    assert AuditEvent.objects.count() > events
    after = {name: queries(made.owner, name) for name in LISTS}
    assert {name: after[name] - before[name] for name in LISTS if after[name] > before[name] + 1} == {}
