"""Visits pass to another sitter, by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import AssignmentWindow
from tests.api.factories import key_of
from tests.business import Business

pytestmark = pytest.mark.django_db


def post(business: Business, window: AssignmentWindow, verb: str, **data: Any) -> Any:
    headers = {"Authorization": f"Bearer {key_of(business.owner)}"}
    where = f"/api/v1/windows/{window.public_id}/{verb}/"
    return business.browser.post(where, data, content_type="application/json", headers=headers)


def test_a_visit_is_handed_over_after_a_look(business: Business) -> None:
    stay, ben = business.window(business.thread(), ends=4), business.add_sitter("Ben")
    then = timezone.now() + timedelta(hours=2)
    body = {"to": str(ben.public_id), "at": then.isoformat()}
    shown = post(business, stay, "preview-hand-over", **body).json()
    assert (shown["is_whole"], shown["queued"], shown["also"]) == (False, 0, [])
    assert AssignmentWindow.objects.get() == stay
    answer = post(business, stay, "hand-over", **body)
    assert (answer.status_code, answer.json()["sitter"]["name"]) == (200, "Ben")
    assert answer.json()["id"] != str(stay.public_id)
    stay.refresh_from_db()
    assert stay.ends_at == AssignmentWindow.objects.get(sitter=ben).starts_at == then


def test_now_without_a_time_and_not_at_one_behind(business: Business) -> None:
    stay, ben = business.window(business.thread()), business.add_sitter("Ben")
    before = (timezone.now() - timedelta(minutes=30)).isoformat()
    refused = post(business, stay, "hand-over", to=str(ben.public_id), at=before)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_times")
    assert post(business, stay, "hand-over", to=str(ben.public_id)).status_code == 200
    stay.refresh_from_db()
    assert stay.ends_at <= timezone.now()


def test_another_sitter_of_a_running_visit_answers_with_the_window_that_goes_on(business: Business) -> None:
    stay, ben = business.window(business.thread()), business.add_sitter("Ben")
    answer = business.browser.patch(
        f"/api/v1/windows/{stay.public_id}/",
        {"sitter": str(ben.public_id)},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(business.owner)}"},
    )
    assert (answer.status_code, answer.json()["sitter"]["name"]) == (200, "Ben")
    stay.refresh_from_db()
    assert stay.sitter == business.sitter
