"""What signing in leaves behind goes by itself, and what is still needed stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from messaging import tasks
from snoutos.access.tasks import end_waits
from snoutos.accounts import forgetting
from snoutos.accounts.models import PasswordLink, SignInCount, UnlockLink
from tests.business import open_business

pytestmark = pytest.mark.django_db

KINDS = (SignInCount, UnlockLink, PasswordLink)


def _count(days: int, **values: Any) -> SignInCount:
    at = timezone.now() - timedelta(days=days)
    return SignInCount.objects.create(
        **{"kind": "name", "mark": f"{days} days {len(values)}", "failures": 5, "last_at": at, **values}
    )


def _link(days: int) -> UnlockLink:
    at = timezone.now() - timedelta(days=days)
    user = open_business().owner
    return UnlockLink.objects.create(user=user, created_at=at - timedelta(hours=2), expires_at=at)


def _password_link(days: int) -> PasswordLink:
    at = timezone.now() - timedelta(days=days)
    user = open_business().owner
    return PasswordLink.objects.create(
        user=user, purpose="reset", created_at=at - timedelta(hours=2), expires_at=at
    )


def test_sessions_that_ran_out_go_and_those_in_use_stay(client: Client) -> None:
    client.force_login(open_business().owner)
    in_use = Session.objects.get()
    Session.objects.create(
        session_key="over", session_data="x", expire_date=timezone.now() - timedelta(minutes=1)
    )
    tasks.forget_sign_ins()
    assert list(Session.objects.all()) == [in_use]


@pytest.mark.parametrize("make", [_count, _link, _password_link])
def test_counts_and_links_go_after_thirty_days(make: Callable[[int], Any]) -> None:
    rows = [make(days) for days in (0, 29, 31, 400)]
    tasks.forget_sign_ins()
    assert set(type(rows[0]).objects.all()) == set(rows[:2])


def test_a_wait_whose_end_is_not_told_yet_stays() -> None:
    untold = _count(31, told_until=timezone.now() - timedelta(days=31))
    tasks.forget_sign_ins()
    assert list(SignInCount.objects.all()) == [untold]
    end_waits()
    tasks.forget_sign_ins()
    assert not SignInCount.objects.exists()


def test_an_attack_leaves_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    for days in range(31, 36):
        _count(days)
    assert forgetting.forget_sign_ins(timezone.now()) == 5
    assert not SignInCount.objects.exists()


def test_they_are_listed_where_personal_data_is() -> None:
    listed = (Path(__file__).parents[2] / "docs" / "personal-data.md").read_text()
    for model in (Session, *KINDS):
        assert f"`{model._meta.db_table}" in listed
