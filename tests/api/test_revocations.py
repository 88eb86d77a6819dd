"""Deciding by API about texts that may ask for no more texts."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.models import Delivery, Revocation
from snoutos.accounts.models import User
from tests.api.factories import client_of
from tests.business import Business, open_business

pytestmark = pytest.mark.django_db

SAID = "please stop texting me"


def asked(business: Business) -> Revocation:
    business.text(SAID)
    found: Revocation = Revocation.objects.of(business.organization).get()
    return found


def post(by: User, row: Revocation, verb: str, key: str = "k1") -> Any:
    http = client_of(by, "review")
    path = f"/api/v1/revocations/{row.public_id}/{verb}/"
    return http.post(path, {}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_list_holds_what_waits(business: Business) -> None:
    row = asked(business)
    listed = client_of(business.owner, "review").get("/api/v1/revocations/").json()["results"]
    assert [(one["id"], one["body"], one["state"], one["phone"]) for one in listed] == [
        (str(row.public_id), SAID, "open", business.client_phone)
    ]
    assert post(business.owner, row, "not-meant").json()["state"] == "not_meant"
    assert client_of(business.owner, "review").get("/api/v1/revocations/").json()["results"] == []


def test_opting_out_is_done_once_and_the_next_is_told(business: Business) -> None:
    row = asked(business)
    first = post(business.owner, row, "opt-out")
    assert (first.status_code, first.json()["state"]) == (200, "opted_out")
    assert post(business.owner, row, "opt-out").json() == first.json(), "the same answer for the same key"
    second = post(business.owner, row, "not-meant", key="k2")
    assert (second.status_code, second.json()["code"]) == (409, "already_reviewed")
    assert Delivery.objects.filter(authority="confirmation").count() == 1


def test_what_they_decided_themselves_names_nobody(business: Business) -> None:
    row = asked(business)
    business.text("STOP")
    answer = post(business.owner, row, "opt-out")
    assert answer.json()["code"] == "already_reviewed"
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("opted_out", None)


def test_anothers_is_not_there(business: Business) -> None:
    row = asked(business)
    assert post(open_business("Other").owner, row, "opt-out").status_code == 404
