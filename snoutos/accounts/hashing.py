"""Hashing passwords, bounded: at most two at once in a process, a short queue that is fair by address, and 429 beyond it.

A password hash is made to be dear: about a tenth of a second and 46 MiB. Whoever can ask for hashes without end can stop
the process, so every hash and every check of a password waits for a slot here, whoever calls: the hashers below are the only
ones in the settings. Callers who know who is asking say so by `asking`; a browser that signed in before goes first.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher

from snoutos.core.problems import Problem

AT_ONCE = 2
# One slot is kept for members whose browser is known. A web process has eight threads: strangers take one of them to hash and at
# most three to wait, so that a flood leaves four for everything else.
STRANGERS_AT_ONCE = 1
STRANGERS_WAITING = 3
KNOWN_WAITING = 6
WAITING_OF_ONE = 2
KNOWN_IN_A_ROW = 3
PATIENCE_SECONDS = 5.0
RETRY_AFTER_SECONDS = 2


class Busy(Problem):
    sentence = "Too many sign-ins at once. Try again in a few seconds."
    code = "too_many_requests"
    status = 429
    retry = True

    def __init__(self) -> None:
        super().__init__()
        self.wait = RETRY_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants a hash: `who` tells one from the other; `known` goes first."""

    who: str
    known: bool


INSIDE = Asker("inside", known=True)
"""Someone who is signed in already, or a command."""


@dataclass(slots=True, eq=False)
class _Waiter:
    asker: Asker
    go: threading.Event = field(default_factory=threading.Event)


class Slots:
    """The slots of one process. Free ones are taken at once; then those who wait are let in one at a time.

    Strangers hold one slot of the two at most. Known askers go before them, yet after three in a row a stranger gets a turn.
    Among equals whoever was served longest ago is next. One asker may have two waiting, all strangers together three: more are
    refused with `Busy`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Asker] = []
        self._waiting: list[_Waiter] = []
        self._served: dict[str, int] = {}
        self._turn = 0
        self._known_in_a_row = 0

    @contextmanager
    def slot(self, asker: Asker) -> Iterator[None]:
        """Hold a slot for the length of the block. Raises Busy when the queue is full, or after five seconds in it."""
        self._enter(asker)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(asker)
                self._let_in()

    def _enter(self, asker: Asker) -> None:
        waiter = _Waiter(asker)
        with self._lock:
            if not (self._may_run(asker) or self._may_wait(asker)):
                raise Busy
            self._waiting.append(waiter)
            self._let_in()
        if waiter.go.wait(PATIENCE_SECONDS):
            return
        with self._lock:
            if waiter.go.is_set():
                return
            self._waiting.remove(waiter)
        raise Busy

    def _may_run(self, asker: Asker) -> bool:
        strangers = sum(not one.known for one in self._running)
        return len(self._running) < AT_ONCE and (asker.known or strangers < STRANGERS_AT_ONCE)

    def _may_wait(self, asker: Asker) -> bool:
        alike = [waiter for waiter in self._waiting if waiter.asker.known == asker.known]
        own = sum(waiter.asker.who == asker.who for waiter in alike)
        return own < WAITING_OF_ONE and len(alike) < (KNOWN_WAITING if asker.known else STRANGERS_WAITING)

    def _let_in(self) -> None:
        while (waiter := self._next()) is not None:
            self._waiting.remove(waiter)
            self._running.append(waiter.asker)
            self._known_in_a_row = self._known_in_a_row + 1 if waiter.asker.known else 0
            self._note_turn(waiter.asker.who)
            waiter.go.set()

    def _next(self) -> _Waiter | None:
        able = [waiter for waiter in self._waiting if self._may_run(waiter.asker)]
        strangers = [waiter for waiter in able if not waiter.asker.known]
        known = [waiter for waiter in able if waiter.asker.known]
        first = strangers if not known or (strangers and self._known_in_a_row >= KNOWN_IN_A_ROW) else known
        return min(first, key=lambda waiter: self._served.get(waiter.asker.who, 0), default=None)

    def _note_turn(self, who: str) -> None:
        self._turn += 1
        self._served[who] = self._turn
        if len(self._served) > 1_000:
            newest = sorted(self._served.items(), key=lambda one: one[1])[-500:]
            self._served = dict(newest)


SLOTS = Slots()
_asker: ContextVar[Asker] = ContextVar("hashing_asker", default=INSIDE)
_inside: ContextVar[bool] = ContextVar("hashing_inside", default=False)


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """Hold a slot for `asker` for the length of the block; hashes made in it need no other. Raises Busy."""
    token = _asker.set(asker)
    try:
        with slot():
            yield
    finally:
        _asker.reset(token)


@contextmanager
def slot() -> Iterator[None]:
    """Hold a slot for whoever is asking, once: a block inside a block takes no second one. Raises Busy."""
    if _inside.get():
        yield
        return
    with SLOTS.slot(_asker.get()):
        token = _inside.set(True)
        try:
            yield
        finally:
            _inside.reset(token)


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with one lane, so that a hash takes one core; 46 MiB and two passes (OWASP asks for one)."""

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with slot():
            return super().verify(password, encoded)


class Pbkdf2Hasher(PBKDF2PasswordHasher):
    """For hashes brought from elsewhere; the first sign-in makes them Argon2."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with slot():
            return super().encode(password, salt, iterations)

    def verify(self, password: str, encoded: str) -> bool:
        with slot():
            return super().verify(password, encoded)

    def harden_runtime(self, password: str, encoded: str) -> None:
        with slot():
            super().harden_runtime(password, encoded)


def digest_of_key(secret: str) -> str:
    """The digest of an API key. A key has 256 random bits, so a slow hash would protect nothing more, and needs no slot."""
    return hashlib.sha256(secret.encode()).hexdigest()
