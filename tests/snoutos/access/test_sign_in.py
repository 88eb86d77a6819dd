"""Attacks on the sign-in: wrong passwords one after the other, in parallel, by every spelling, from many addresses, for many names."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEvent
from snoutos.access import gate, tasks
from snoutos.access.errors import MustWait
from snoutos.accounts import devices, hashing, waits
from snoutos.accounts.models import Organization, SignInCount, User
from snoutos.accounts.roles import Role
from snoutos.accounts.waits import FREE, Kind
from tests.snoutos.access.people import PAGE, RIGHT, Browser, member, verbs
from tests.snoutos.access.test_names import SPELLINGS

pytestmark = pytest.mark.django_db

NAME_LIMIT = FREE[Kind.NAME] + 1
ADDRESS_LIMIT = FREE[Kind.ADDRESS] + 1


class Clock:
    """`timezone.now` of the gate, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = timezone.now()
        for place in ("snoutos.access.gate", "snoutos.access.tasks", "snoutos.access.views"):
            monkeypatch.setattr(f"{place}.timezone.now", lambda: self.at)

    def passes(self, span: timedelta) -> datetime:
        self.at += span
        return self.at


# Real waits would end while a loaded machine is still trying.
@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were really looked at: each costs a hash."""
    seen: list[str] = []
    real = gate._is_right

    def look(user: User | None, password: str) -> bool:
        seen.append(password)
        return real(user, password)

    monkeypatch.setattr(gate, "_is_right", look)
    return seen


def test_400_wrong_passwords_and_then_the_right_one(looked_at: list[str]) -> None:
    owner, attacker = member(), Browser()
    statuses = [attacker.tries(owner.email, f"guess {number}").status_code for number in range(400)]
    assert statuses == [200] * NAME_LIMIT + [429] * (400 - NAME_LIMIT)
    answer = attacker.tries(owner.email, RIGHT)
    assert (answer.status_code, attacker.is_in) == (429, False)
    assert 0 < int(answer["Retry-After"]) <= 30
    assert b"Too many wrong passwords. Try again in" in answer.content
    assert len(looked_at) == NAME_LIMIT, "who waits costs no hash"


def test_no_spelling_is_another_name(looked_at: list[str]) -> None:
    member(email="olivia@kennel.example")
    attacker = Browser()
    for number in range(60):
        attacker.tries(SPELLINGS[number % len(SPELLINGS)], f"guess {number}")
    assert len(looked_at) == NAME_LIMIT
    for spelling in SPELLINGS:
        assert attacker.tries(spelling, RIGHT).status_code == 429


def test_many_addresses_are_no_way_around_a_names_wait(looked_at: list[str]) -> None:
    owner = member()
    for number in range(40):
        Browser(f"198.51.{number}.1").tries(owner.email, "guess")
    assert len(looked_at) == NAME_LIMIT
    assert Browser("192.0.2.1").tries(owner.email, RIGHT).status_code == 429


def test_many_names_from_one_address(looked_at: list[str]) -> None:
    attacker = Browser()
    for number in range(40):
        attacker.tries(f"name{number}@example.com", "Password1!")
    assert len(looked_at) == ADDRESS_LIMIT
    owner = member()
    assert attacker.tries(owner.email, RIGHT).status_code == 429
    assert Browser("192.0.2.1").tries(owner.email, RIGHT).status_code == 302


def test_a_whole_ipv6_network_is_one_address(looked_at: list[str]) -> None:
    for number in range(30):
        Browser(f"2001:db8:1:2::{number:x}").tries(f"name{number}@example.com", "Password1!")
    assert len(looked_at) == ADDRESS_LIMIT


def test_what_a_caller_writes_into_the_forwarded_header_changes_nothing(looked_at: list[str]) -> None:
    for number in range(30):
        Browser(HTTP_X_FORWARDED_FOR=f"9.9.9.{number}").tries(f"name{number}@example.com", "Password1!")
    assert len(looked_at) == ADDRESS_LIMIT


def test_signing_in_to_an_own_account_does_not_clear_the_address(looked_at: list[str]) -> None:
    own, attacker = member(), Browser()
    for number in range(ADDRESS_LIMIT):
        attacker.tries(f"name{number}@example.com", "Password1!")
        if number % 5 == 0:
            attacker.tries(own.email, RIGHT)
            attacker.cookies.clear()
    assert attacker.tries("one-more@example.com", "Password1!").status_code == 429


def test_names_that_nobody_has_wait_alike() -> None:
    owner = member()
    real, made_up = Browser("192.0.2.1"), Browser("192.0.2.2")
    for _ in range(NAME_LIMIT + 2):
        answers = real.tries(owner.email), made_up.tries("nobody@example.com")
        assert answers[0].status_code == answers[1].status_code
    texts = [answer.content.decode().split("Too many")[1][:60] for answer in answers]
    assert texts[0] == texts[1]


def test_a_browser_that_signed_in_before_does_not_wait_for_strangers(looked_at: list[str]) -> None:
    owner, known = member(), Browser("192.0.2.10")
    known.signs_in(owner)
    known.post("/admin/logout/")
    assert not known.is_in
    for number in range(40):
        Browser(f"198.51.{number}.1").tries(owner.email, "guess")
    for number in range(ADDRESS_LIMIT):
        Browser("192.0.2.10").tries(f"name{number}@example.com", "guess")
    assert Browser("192.0.2.11").tries(owner.email, RIGHT).status_code == 429
    known.signs_in(owner)


def test_a_known_browser_has_a_count_of_its_own(looked_at: list[str]) -> None:
    """A stolen laptop guesses no faster than anybody else, and makes nobody else wait."""
    owner, stolen, other = member(), Browser("192.0.2.10"), Browser("192.0.2.11")
    stolen.signs_in(owner)
    other.signs_in(owner)
    looked_at.clear()
    for number in range(50):
        stolen.tries(owner.email, f"guess {number}")
    assert len(looked_at) == NAME_LIMIT
    assert stolen.tries(owner.email, RIGHT).status_code == 429
    assert other.tries(owner.email, RIGHT).status_code == 302
    assert Browser("192.0.2.12").tries(owner.email, RIGHT).status_code == 302


def test_a_known_browser_of_one_member_is_new_to_another(looked_at: list[str]) -> None:
    """Nor does a cookie of one's own open another's lane, under whatever name it is sent."""
    owner, insider = member(), member()
    browser = Browser()
    browser.signs_in(insider)
    browser.post("/admin/logout/")
    own = browser.cookies[devices.cookie_name(insider)].value
    browser.cookies[devices.cookie_name(owner)] = own
    for _ in range(NAME_LIMIT):
        Browser("192.0.2.1").tries(owner.email, "guess")
    assert browser.tries(owner.email, RIGHT).status_code == 429


@pytest.mark.parametrize("value", ["", "x", "a:b:c", "\0", "'; drop table", "W10:1rzAbc:sig"])
def test_a_made_up_device_is_a_new_browser(value: str) -> None:
    owner, browser = member(), Browser()
    browser.cookies[devices.cookie_name(owner)] = value
    assert browser.tries(owner.email, RIGHT).status_code == 302


def test_the_device_cookie(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    owner, browser = member(), Browser()
    cookie = browser.post(PAGE, {"username": owner.email, "password": RIGHT}).cookies[
        devices.cookie_name(owner)
    ]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] > 300 * 86_400
    assert owner.email not in cookie.value


def test_parallel_guesses_cannot_outrun_the_count(
    transactional_db: None, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "STRANGERS_WAITING", 100)
    monkeypatch.setattr(hashing, "AT_ONCE", 100)
    monkeypatch.setattr(hashing, "STRANGERS_AT_ONCE", 100)
    owner = member()
    start = threading.Barrier(30)

    def guess(number: int) -> None:
        try:
            start.wait(20)
            Browser(f"198.51.{number}.1").tries(owner.email, "guess")
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(looked_at) == NAME_LIMIT
    assert SignInCount.objects.get(kind=Kind.NAME).failures == NAME_LIMIT


def test_waits_grow_and_end(clock: Clock, looked_at: list[str]) -> None:
    owner, attacker = member(), Browser()
    waited = []
    for _ in range(NAME_LIMIT - 1):
        attacker.tries(owner.email)
    for _ in range(8):
        assert attacker.tries(owner.email).status_code == 200
        refused = attacker.tries(owner.email)
        waited.append(int(refused["Retry-After"]))
        clock.passes(timedelta(seconds=waited[-1]))
    assert waited == [30, 60, 120, 240, 480, 900, 900, 900]
    assert attacker.tries(owner.email, RIGHT).status_code == 302


def test_tries_during_a_wait_do_not_make_it_longer(clock: Clock) -> None:
    owner = member()
    for number in range(NAME_LIMIT):
        Browser(f"198.51.{number}.1").tries(owner.email)
    for number in range(29):
        clock.passes(timedelta(seconds=1))
        Browser(f"198.51.{number}.1").tries(owner.email)
    clock.passes(timedelta(seconds=1))
    assert Browser("192.0.2.1").tries(owner.email, RIGHT).status_code == 302


def test_what_was_counted_is_forgotten_after_a_day_and_by_the_right_password(clock: Clock) -> None:
    owner, browser = member(), Browser()
    for _ in range(NAME_LIMIT - 1):
        browser.tries(owner.email)
    clock.passes(timedelta(days=1, seconds=1))
    browser.tries(owner.email)
    assert SignInCount.objects.get(kind=Kind.NAME).failures == 1
    browser.signs_in(owner)
    assert SignInCount.objects.get(kind=Kind.NAME).failures == 0


def test_a_right_password_is_taken_back_from_the_address_as_well() -> None:
    browser = Browser()
    for _ in range(ADDRESS_LIMIT + 5):
        browser.signs_in(member())
        browser.cookies.clear()
    assert SignInCount.objects.get(kind=Kind.ADDRESS).failures == 0


def test_the_trail_tells_of_failures_waits_and_their_ends(clock: Clock) -> None:
    owner, attacker = member(), Browser()
    for _ in range(NAME_LIMIT):
        attacker.tries(owner.email)
    failed = ["auth.sign_in_failed"] * NAME_LIMIT
    assert verbs(organization=owner.organization) == [*failed, "auth.wait_began", "auth.locked"]
    begun = clock.at
    assert tasks.end_waits() == 0
    clock.passes(timedelta(minutes=5))
    assert (tasks.end_waits(), tasks.end_waits()) == (1, 0)
    ended = AuditEvent.objects.get(verb="auth.wait_ended")
    assert (ended.at, ended.subject_id) == (begun + timedelta(seconds=30), owner.pk)
    attacker.signs_in(owner)
    attacker.post("/admin/logout/")
    assert verbs(organization=owner.organization)[-3:] == [
        "auth.wait_ended",
        "auth.signed_in",
        "auth.signed_out",
    ]
    signed_in = AuditEvent.objects.get(verb="auth.signed_in")
    assert (signed_in.actor_kind, signed_in.actor_id, signed_in.data["known_browser"]) == (
        "user",
        owner.pk,
        False,
    )


def test_the_next_try_tells_of_the_end_of_a_wait_once(clock: Clock) -> None:
    owner, attacker = member(), Browser()
    for _ in range(NAME_LIMIT):
        attacker.tries(owner.email)
    clock.passes(timedelta(minutes=1))
    attacker.tries(owner.email)
    assert verbs(organization=owner.organization)[-3:] == [
        "auth.wait_ended",
        "auth.sign_in_failed",
        "auth.wait_began",
    ]
    assert tasks.end_waits() == 0


def test_made_up_names_cannot_fill_the_trail() -> None:
    for number in range(50):
        Browser().tries(f"name{number}@example.com", "Password1!")
    assert verbs() == ["auth.sign_in_failed", "auth.sign_in_failed", "auth.wait_began"]
    assert AuditEvent.objects.filter(verb="auth.wait_began").get().data["counted_by"] == "address"


def test_the_trail_and_the_counts_hold_no_name_and_no_address() -> None:
    owner = member(email="quetzal@xylophone.example")
    browser = Browser("203.0.113.77")
    for _ in range(NAME_LIMIT + 1):
        browser.tries(owner.email, "a-secret-guess")
    kept = repr([list(model.objects.values()) for model in (AuditEvent, SignInCount)])
    for canary in ("quetzal", "xylophone", "203.0.113", "a-secret-guess"):
        assert canary not in kept


def test_a_sitters_right_password_is_not_for_this_door() -> None:
    sitter = member(Role.SITTER)
    answer = Browser().tries(sitter.email, RIGHT)
    assert answer.status_code == 200
    assert b"This sign-in is for the office." in answer.content
    assert b"This sign-in is for the office." not in Browser().tries(sitter.email, "wrong").content


@pytest.mark.parametrize("off", ["member", "business"])
def test_who_is_switched_off_is_told_what_a_stranger_is_told(off: str) -> None:
    owner = member()
    User.objects.filter(pk=owner.pk).update(is_active=off != "member")
    if off == "business":
        Organization.objects.filter(users=owner).update(is_active=False)
    answer = Browser().tries(owner.email, RIGHT)
    assert b"That e-mail and password don&#x27;t match." in answer.content


def test_every_way_to_authenticate_comes_through_the_gate(looked_at: list[str]) -> None:
    """Django's own backend stands behind ours for old sessions only: it never looks at a password."""
    from django.contrib.auth import authenticate

    owner = member()
    for _ in range(NAME_LIMIT):
        assert authenticate(username=owner.email, password="wrong") is None
        assert looked_at.pop() == "wrong"
    with pytest.raises(MustWait):
        authenticate(email=owner.email, password=RIGHT)
    assert looked_at == []


def test_an_own_new_password_asks_for_the_old_one_through_the_gate(looked_at: list[str]) -> None:
    """A stolen session cannot guess the password it needs to take the account over."""
    owner, browser = member(), Browser()
    browser.signs_in(owner)
    looked_at.clear()
    new = {"new_password1": "a new horse battery", "new_password2": "a new horse battery"}
    for number in range(20):
        browser.post("/admin/password_change/", {"old_password": f"guess {number}", **new})
    assert len(looked_at) == NAME_LIMIT
    answer = browser.post("/admin/password_change/", {"old_password": RIGHT, **new})
    assert b"Too many wrong passwords" in answer.content
    other = Browser("192.0.2.1")
    other.signs_in(owner)


def test_an_own_new_password_is_told_and_ends_other_sessions() -> None:
    owner, browser, other = member(), Browser(), Browser("192.0.2.1")
    browser.signs_in(owner)
    other.signs_in(owner)
    new = {"new_password1": "a new horse battery", "new_password2": "a new horse battery"}
    answer = browser.post("/admin/password_change/", {"old_password": RIGHT, **new})
    assert answer.status_code == 302, answer.content
    assert verbs()[-1] == "auth.password_changed"
    assert browser.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_waits_after() -> None:
    assert waits.wait_after(Kind.NAME, 4) is None
    assert waits.wait_after(Kind.NAME, 10_000) == waits.LONGEST_WAIT
