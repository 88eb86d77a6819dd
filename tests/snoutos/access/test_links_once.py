"""Many who use one link to choose a password at once: one gets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from snoutos.access import links
from snoutos.access.errors import PasswordLinkIsOver
from snoutos.accounts.hashing import Asker
from snoutos.accounts.models import PasswordLink, User
from tests.snoutos.access.letters import asked
from tests.snoutos.access.people import RIGHT, member, verbs

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ("first wallaby in line", "second wallaby in line")


def _together(*calls: Any) -> list[Any]:
    def run(call: Any) -> Any:
        try:
            return call()
        except PasswordLinkIsOver:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def _use(token: str, word: str) -> User:
    return links.use(token, word, asker=Asker(word, known=True), at=timezone.now())


def test_one_of_two_at_once_gets_it() -> None:
    owner = member()
    token = asked(owner).rstrip("/").rpartition("/")[2]
    answers = _together(*[lambda word=word: _use(token, word) for word in WORDS])
    (won,) = [word for word, answer in zip(WORDS, answers, strict=True) if answer is not None]
    assert User.objects.get(pk=owner.pk).check_password(won)
    assert verbs(subject_id=owner.pk).count("auth.password_changed") == 1
    assert PasswordLink.objects.exclude(used_at=None).count() == 1


def test_two_links_of_one_member_at_once_are_one_password() -> None:
    owner = member()
    tokens = [asked(owner).rstrip("/").rpartition("/")[2] for _ in WORDS]
    calls = [lambda t=token, w=word: _use(t, w) for token, word in zip(tokens, WORDS, strict=True)]
    assert sum(answer is not None for answer in _together(*calls)) == 1


def test_who_is_switched_off_meanwhile_has_left_or_waits() -> None:
    owner = member()
    token = asked(owner).rstrip("/").rpartition("/")[2]
    _together(lambda: _use(token, WORDS[0]), lambda: User.objects.filter(pk=owner.pk).update(is_active=False))
    owner.refresh_from_db()
    used = PasswordLink.objects.exclude(used_at=None).exists()
    assert owner.check_password(WORDS[0] if used else RIGHT)
    assert not owner.is_active
