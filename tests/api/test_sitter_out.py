"""A sitter is out for a while, by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import AssignmentWindow
from tests.api.factories import key_of
from tests.business import Business

pytestmark = pytest.mark.django_db


def post(business: Business, verb: str, **data: Any) -> Any:
    now = timezone.now()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=9)).isoformat()}
    return business.browser.post(
        f"/api/v1/sitters/{business.sitter.public_id}/{verb}/",
        {**times, **data},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(business.owner)}"},
    )


def test_their_visits_are_handed_over_after_a_look(business: Business) -> None:
    thread, ben = business.thread(), business.add_sitter("Ben")
    first, second = (business.window(thread, begins=n, ends=n + 1) for n in (1, 3))
    shown = post(business, "preview-out").json()
    assert [one["window"] for one in shown["visits"]] == [str(first.public_id), str(second.public_id)]
    assert [one["sitter"]["name"] for one in shown["visits"][0]["candidates"]] == ["Ben"]
    visits = [
        {"window": str(first.public_id), "to": str(ben.public_id)},
        {"window": str(second.public_id), "to": None},
    ]
    done = post(business, "out", visits=visits)
    assert done.status_code == 200, done.content
    assert [one["sitter"]["name"] for one in done.json()["handed_over"]] == ["Ben"]
    assert done.json()["ended"][0]["canceled_at"]
    assert AssignmentWindow.objects.get(sitter=ben).pk == first.pk


def test_each_visit_once_and_all_of_them(business: Business) -> None:
    visit = business.window(business.thread(), begins=1, ends=2)
    twice = [{"window": str(visit.public_id), "to": None}] * 2
    assert post(business, "out", visits=twice).status_code == 400
    answer = post(business, "out", visits=[])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_possible_now")
    unknown = [{"window": str(visit.public_id), "to": str(visit.public_id)}]
    assert post(business, "out", visits=unknown).status_code == 400
