"""At most two hashes at once, a short queue that is fair by address, and 429 beyond it; wherever a password is hashed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    get_hasher,
    identify_hasher,
    make_password,
)
from django.test import override_settings

from snoutos import settings as shipped
from snoutos.accounts import hashing
from snoutos.accounts.hashing import AT_ONCE, Asker, Busy, Slots
from snoutos.accounts.models import SignInCount, User
from tests.snoutos.access.people import RIGHT, Browser, member

REAL = override_settings(PASSWORD_HASHERS=shipped.PASSWORD_HASHERS)


def stranger(number: int | str) -> Asker:
    return Asker(f"address:{number}", known=False)


def known(number: int | str) -> Asker:
    return Asker(f"device:{number}", known=True)


class Crowd:
    """Threads that want a slot while both are taken; `order` is the order in which they were let in."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.order: list[str] = []
        self.refused: list[str] = []
        self._threads: list[threading.Thread] = []

    def comes(self, asker: Asker) -> None:
        """Return once `asker` waits or was refused."""
        thread = threading.Thread(target=self._enter, args=(asker,))
        before = len(self.slots._waiting)
        thread.start()
        self._threads.append(thread)
        for _ in range(2_000):
            if len(self.slots._waiting) > before or not thread.is_alive():
                return
            thread.join(0.001)
        raise AssertionError("it neither waits nor was refused")

    def _enter(self, asker: Asker) -> None:
        try:
            with self.slots.slot(asker):
                self.order.append(asker.who)
        except Busy:
            self.refused.append(asker.who)

    def ends(self) -> None:
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


def full(slots: Slots) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(slots.slot(stranger("first")))
    stack.enter_context(slots.slot(known("first")))
    return stack


def test_no_more_than_two_at_once_whatever_comes() -> None:
    slots, most, now = Slots(), [0], [0]
    guard = threading.Lock()

    def hash_something(number: int) -> None:
        try:
            with slots.slot(known(number)):
                with guard:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                threading.Event().wait(0.01)
                with guard:
                    now[0] -= 1
        except Busy:
            pass

    threads = [threading.Thread(target=hash_something, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == AT_ONCE
    with full(slots):
        pass


def test_strangers_leave_a_slot_to_known_browsers() -> None:
    slots = Slots()
    crowd = Crowd(slots)
    with slots.slot(stranger("a")):
        crowd.comes(stranger("b"))
        crowd.comes(known(1))
        assert crowd.order == ["device:1"]
    crowd.ends()
    assert crowd.order == ["device:1", "address:b"]


def test_known_browsers_go_first_and_strangers_still_get_a_turn() -> None:
    slots = Slots()
    crowd = Crowd(slots)
    with slots.slot(known("a")):
        with slots.slot(known("b")):
            crowd.comes(stranger(1))
            for number in range(1, 6):
                crowd.comes(known(number))
            slots._known_in_a_row = 0
        crowd.ends()
    assert crowd.order.index("address:1") == hashing.KNOWN_IN_A_ROW
    assert crowd.order[: hashing.KNOWN_IN_A_ROW] == ["device:1", "device:2", "device:3"]


def test_of_two_addresses_the_one_served_longest_ago_is_next() -> None:
    slots = Slots()
    crowd = Crowd(slots)
    with slots.slot(stranger("greedy")):
        crowd.comes(stranger("greedy"))
        crowd.comes(stranger("greedy"))
        crowd.comes(stranger("new"))
    crowd.ends()
    assert crowd.order[0] == "address:new"


def test_one_address_takes_two_places_and_strangers_leave_room_for_known_browsers() -> None:
    slots = Slots()
    crowd = Crowd(slots)
    with full(slots):
        for asker in (
            stranger(1),
            stranger(1),
            stranger(1),
            stranger(2),
            stranger(3),
            known(1),
            known(1),
            known(1),
        ):
            crowd.comes(asker)
        assert crowd.refused == ["address:1", "address:3", "device:1"]
    crowd.ends()
    assert sorted(crowd.order) == ["address:1", "address:1", "address:2", "device:1", "device:1"]


def test_who_waits_too_long_is_refused_and_leaves_no_place_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 0.05)
    slots = Slots()
    with full(slots), pytest.raises(Busy), slots.slot(known(1)):
        pass
    assert slots._waiting == []
    with full(slots):
        pass


def test_a_slot_is_given_back_when_the_block_fails() -> None:
    slots = Slots()
    for _ in range(5):
        with pytest.raises(ValueError, match="x"), slots.slot(known(1)):
            raise ValueError("x")
    with full(slots):
        pass


@pytest.fixture
def both_taken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Both slots are held by somebody, and nobody has patience."""
    slots = Slots()
    monkeypatch.setattr(hashing, "SLOTS", slots)
    monkeypatch.setattr(hashing, "PATIENCE_SECONDS", 0.05)
    with full(slots):
        yield slots


HASHES: dict[str, Callable[[Any], object]] = {
    "making": lambda user: make_password("x" * 12),
    "setting": lambda user: user.set_password("x" * 12),
    "checking": lambda user: user.check_password(RIGHT),
    "checking one that cannot be": lambda user: check_password("x", make_password(None)),
    "by the older algorithm": lambda user: make_password("x" * 12, hasher="pbkdf2_sha256"),
    "creating": lambda user: member(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("where", HASHES)
def test_every_hash_and_check_waits_for_a_slot(where: str, both_taken: Slots) -> None:
    with REAL, pytest.raises(Busy):
        HASHES[where](_user_with_a_real_hash())


def _user_with_a_real_hash() -> Any:
    # Argon2id of RIGHT by Django's own hasher, which waits for nobody.
    return User(password=Argon2PasswordHasher().encode(RIGHT, "saltsaltsalt"))


def test_only_hashers_that_wait_are_in_the_settings() -> None:
    assert all(name.startswith("snoutos.accounts.hashing.") for name in shipped.PASSWORD_HASHERS)
    assert django_settings.PASSWORD_HASHERS  # the suite's own are faster


@REAL
def test_one_lane_and_bounded_memory() -> None:
    hashed = make_password("x" * 12)
    hasher: Any = identify_hasher(hashed)
    decoded = hasher.decode(hashed)
    assert (decoded["parallelism"], decoded["memory_cost"], decoded["time_cost"]) == (1, 47_104, 2)
    assert get_hasher("default").verify("x" * 12, hashed)


@REAL
def test_a_hash_with_more_lanes_is_made_anew_when_its_member_signs_in(db: None) -> None:
    user = _user_with_a_real_hash()
    assert "p=8" in user.password
    user.email, user.role = "olivia@example.com", "operator"
    user.save()
    assert user.check_password(RIGHT)
    user.refresh_from_db()
    assert "p=1" in user.password
    assert user.check_password(RIGHT)


@pytest.mark.django_db
def test_a_full_queue_is_429_and_counts_nothing(both_taken: Slots) -> None:
    owner = member()
    answer = Browser().tries(owner.email, RIGHT)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert b"Try again in a few seconds" in answer.content
    assert not SignInCount.objects.exists()
