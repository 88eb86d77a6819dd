"""The traffic of a run: sends through the API, repeated with the same key until they are answered, and texts from phones."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from benchmarks.chaos import fixtures
from benchmarks.chaos.fixtures import Business, Conversation
from benchmarks.chaos.judge import Promise
from snoutos.devtools.twilio_sim.testing import SimulatorClient, SimulatorError

SENDERS, PHONES = 8, 6
TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.2
GIVE_UP_SECONDS = 300.0
# One send in five says the same as others of its conversation: what cannot be told apart by its words must not be mixed up.
ALIKE = 5
# One text in five comes from somebody new, who writes three in a row.
NEW, IN_A_ROW = 5, 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One request that was answered: when it began (monotonic) and how long it took, in seconds."""

    kind: str
    began: float
    took: float


class Traffic:
    """Runs in threads of its own. `errors` must be empty at the end: a request was refused that should not have been."""

    def __init__(
        self,
        businesses: list[Business],
        *,
        base_url: str,
        simulator: SimulatorClient,
        sends: int,
        inbound: int,
        seconds: float,
        seed: int,
    ) -> None:
        self._businesses, self._base, self._simulator = businesses, base_url, simulator
        self._counts = {"send": sends, "text": inbound}
        self._seconds, self._seed = seconds, seed
        self._next = {"send": 0, "text": 0}
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.promises: list[Promise] = []
        self.texted = 0
        self.repeated = 0
        self.answered: list[Answered] = []
        self.errors: list[str] = []
        everywhere = [(b, c) for b in businesses for c in b.conversations]
        random.Random(seed).shuffle(everywhere)
        self._conversations = everywhere

    def start(self) -> None:
        self._began = time.monotonic()
        for count, work in ((SENDERS, self._send_all), (PHONES, self._text_all)):
            self._threads += [threading.Thread(target=work, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    @property
    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def progress(self) -> float:
        """The share of the traffic that has been answered, 0 to 1."""
        done = len(self.promises) + self.texted + len(self.errors)
        return min(1.0, done / max(1, sum(self._counts.values())))

    def _send_all(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while (n := self._take("send")) is not None:
                self._guarded(self._send, session, n)

    def _text_all(self) -> None:
        while (n := self._take("text")) is not None:
            self._guarded(self._text, n)

    def _take(self, kind: str) -> int | None:
        """The next one's number, when its time has come; None at the end."""
        with self._lock:
            n = self._next[kind]
            self._next[kind] += 1
        if n >= self._counts[kind]:
            return None
        due = self._began + self._seconds * n / self._counts[kind]
        time.sleep(max(0.0, due - time.monotonic()))
        return n

    def _guarded(self, work: Callable[..., None], *what: Any) -> None:
        try:
            work(*what)
        except (requests.RequestException, SimulatorError, RefusedError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def _send(self, session: requests.Session, n: int) -> None:
        business, conversation = self._conversations[n % len(self._conversations)]
        body = "On my way!" if n % ALIKE == 0 else f"Visit {n} went well, see you next week."
        request: Mapping[str, Any] = {
            "url": f"{self._base}/api/v1/threads/{conversation.thread}/messages/",
            "json": {"body": body},
            "headers": {
                "Authorization": f"Bearer {business.keys[n % len(business.keys)]}",
                "Idempotency-Key": f"chaos-{self._seed}-{n}",
                "Connection": "close",
            },
        }
        answer = self._until_answered(session, request)
        delivery = answer.json()["delivery"]
        if delivery is None:
            raise RefusedError("a send was held for review")
        self.promises.append(_promise(delivery["id"], business, conversation, body))

    def _until_answered(self, session: requests.Session, request: Mapping[str, Any]) -> requests.Response:
        """Repeat the request with its key until the application has answered it."""
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < give_up:
            began = time.monotonic()
            try:
                answer = session.request("POST", timeout=TIMEOUT_SECONDS, **request)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code in (201, 202):
                self.answered.append(Answered("send", began, time.monotonic() - began))
                return answer
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                raise RefusedError(f"the API answered {answer.status_code}: {answer.text[:200]}")
            self.repeated += 1
            time.sleep(PAUSE_SECONDS)
        raise RefusedError("the API did not answer in time")

    def _text(self, n: int) -> None:
        business, sender = self._phone(n)
        began = time.monotonic()
        answer = self._simulator.send_text(
            sender=sender, recipient=business.number, body=f"Text {n}: could we do a longer walk this time?"
        )
        self.texted += 1
        if answer.delivered and answer.attempts == 1:
            self.answered.append(Answered("text", began, time.monotonic() - began))

    def _phone(self, n: int) -> tuple[Business, str]:
        if n % NEW < 1 and n:
            stranger = n // NEW // IN_A_ROW
            return self._businesses[stranger % len(self._businesses)], fixtures.stranger_phone(stranger)
        business, conversation = self._conversations[-1 - n % len(self._conversations)]
        return business, conversation.phone


class RefusedError(Exception):
    """The application refused what it should have taken."""


def _promise(delivery: str, business: Business, conversation: Conversation, body: str) -> Promise:
    return Promise(
        delivery=delivery,
        account=business.account,
        sender=conversation.number,
        recipient=conversation.phone,
        body=body,
    )
