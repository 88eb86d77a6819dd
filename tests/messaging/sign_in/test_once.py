"""Many who use one link at once: one gets in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from messaging.models import SitterDevice, SitterLink
from snoutos.accounts.models import User
from snoutos.staffing import offboarding
from tests.business import Business
from tests.snoutos.sitter_page.signing import new_browser, texted_link

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def _together(*calls: Any) -> list[Any]:
    def run(call: Any) -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def test_one_of_many_at_once_gets_in(business: Business) -> None:
    business.sitter.user = None
    business.sitter.save()
    path, before = texted_link(business), User.objects.count()
    answers = _together(*[lambda: new_browser().post(path).status_code for _ in range(AT_ONCE)])
    assert sorted(answers) == [303] + [410] * (AT_ONCE - 1)
    assert (SitterDevice.objects.count(), User.objects.count()) == (1, before + 1)
    assert business.verbs().count("sitter.link_refused") == AT_ONCE - 1


def test_who_leaves_meanwhile_is_out(business: Business) -> None:
    path = texted_link(business)
    browser = new_browser()

    def leave() -> None:
        offboarding.offboard(business.sitter, by=business.owner, at=timezone.now())

    _together(lambda: browser.post(path), leave)
    assert browser.get("/sitter/").status_code == 303
    assert not SitterLink.objects.filter(used_at=None, revoked_at=None).exists()
    assert connection.is_usable()
