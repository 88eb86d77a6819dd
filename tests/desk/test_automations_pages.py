"""The owner's pages about automations: list, gallery, one automation, its test, its log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from automations import verbs
from automations.gallery import GALLERY
from automations.models import Automation
from snoutos.accounts.roles import Role
from tests.automations import rules
from tests.business import Business, open_business
from tests.desk.test_model_pages import browser

pytestmark = pytest.mark.django_db

LIST = "/admin/automations/"


@pytest.fixture
def business(db: None) -> Business:
    return open_business()


def get(business: Business, path: str = "", **query: str) -> Any:
    return browser(business.owner).get(f"{LIST}{path}", query)


def test_smoke(business: Business) -> None:
    assert get(business).status_code == 200
    assert get(business, "ready/").status_code == 200
    assert get(business, "new/").status_code == 200
    assert get(business, "limits/").status_code == 200
    for one in GALLERY:
        answer = browser(business.owner).post(f"{LIST}ready/{one.slug}/use/")
        assert answer.status_code == 303
        page = browser(business.owner).get(answer["Location"])
        assert page.status_code == 200
        made = Automation.objects.latest("pk")
        assert get(business, f"{made.public_id}/").status_code == 200
        assert get(business, f"{made.public_id}/log/").status_code == 200
        assert browser(business.owner).post(f"{LIST}{made.public_id}/past/").status_code == 200
    assert get(business).status_code == 200
