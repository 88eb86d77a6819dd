"""Faults that the simulated provider makes on demand, by count or by chance, repeatably for a given seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# Faults of a call that sends a text. At most one fires per call, in this order.
ON_SEND = (
    "rate429",  # 429, not processed
    "error",  # a refusal with `code`, not processed
    "fail_before",  # 500, not processed
    "reset_before",  # connection reset, not processed
    "fail_after",  # accepted, then 500
    "hang_after",  # accepted, then silence for `seconds`
    "reset_after",  # accepted, then connection reset
    "no_sid",  # accepted, answered 201 without a SID
    "not_json",  # accepted, answered 201 with a page
    "answer_late",  # accepted, answered rightly after `seconds`: callbacks come before the answer
)
# Faults of a call that buys a number: refused with `code`; bought, then 500; bought, then silence for `seconds`.
ON_BUY = ("buy_error", "buy_fail_after", "buy_hang_after")
ON_EVERY_CALL = ("unavailable",)  # 503 on any call
# Given back before it was sent: ends `failed` with `code`. Ends `undelivered` with `code`. Never goes beyond `sent`.
ON_DELIVERY = ("given_back", "undelivered", "silent")
ON_CALLBACK = ("callback_lost", "callback_doubled", "callback_reordered", "callback_delayed")
ON_WEBHOOK = ("webhook_doubled", "webhook_lost")

NAMES = frozenset({*ON_SEND, *ON_BUY, *ON_EVERY_CALL, *ON_DELIVERY, *ON_CALLBACK, *ON_WEBHOOK})
AFTER_ACCEPTING = frozenset({"fail_after", "hang_after", "reset_after", "no_sid", "not_json", "answer_late"})


class BadFault(ValueError):  # noqa: N818 -- the name says what it is
    """A fault was described wrongly; `str()` says how."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Fires for the next `count` occasions, else with `probability`; only for texts to `to` when that is
    set.
    """

    count: int = 0
    probability: float = 0.0
    code: int = 0
    seconds: float = 0.0
    to: str = ""


class Faults:
    """The faults in force. Thread-safe."""

    def __init__(self, *, seed: int | None = None) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)  # noqa: S311 -- chance, not secrets
        self._faults: dict[str, Fault] = {}
        self._latency = 0.0

    def update(self, data: Mapping[str, Any]) -> None:
        """Change the faults named in `data`, leave the others. All or nothing; raises `BadFault`.

        A whole number is a count, a fraction or `{"probability": ...}` a chance, 0, false or null switches
        off; `{"latency": seconds}` delays every call; `{"clear": true}` first ends all; `{"seed": n}`
        restarts chance.
        """
        parsed = {name: parse(name, value) for name, value in data.items() if name not in _SETTINGS}
        latency = _seconds(data.get("latency", self._latency))
        with self._lock:
            if data.get("clear"):
                self._faults.clear()
                latency = _seconds(data.get("latency", 0))
            if "seed" in data:
                self._random = random.Random(data["seed"])  # noqa: S311
            self._faults.update(parsed)
            self._latency = latency

    def take(self, *names: str, to: str = "") -> tuple[str, Fault] | None:
        """The first of `names` that fires now; a count is used up by firing."""
        with self._lock:
            for name in names:
                fault = self._faults.get(name)
                if fault and (not fault.to or fault.to == to) and self._fires(name, fault):
                    return name, fault
        return None

    def fires(self, name: str, *, to: str = "") -> Fault | None:
        taken = self.take(name, to=to)
        return taken[1] if taken else None

    def chance(self) -> float:
        """A number in [0, 1), from the seed."""
        with self._lock:
            return self._random.random()

    @property
    def latency(self) -> float:
        return self._latency

    def shown(self) -> dict[str, Any]:
        """The state as JSON, every fault by name."""
        with self._lock:
            faults = {name: asdict(self._faults.get(name, Fault())) for name in sorted(NAMES)}
            return {"latency": self._latency, "faults": faults}

    def _fires(self, name: str, fault: Fault) -> bool:
        if fault.count > 0:
            self._faults[name] = replace(fault, count=fault.count - 1)
            return True
        return fault.probability > 0 and self._random.random() < fault.probability


_SETTINGS = frozenset({"latency", "clear", "seed"})
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "error": {"code": 21211},
    "given_back": {"code": 30001},
    "undelivered": {"code": 30003},
    "hang_after": {"seconds": 60.0},
    "buy_error": {"code": 21422},
    "buy_hang_after": {"seconds": 60.0},
    "answer_late": {"seconds": 1.0},
    "callback_delayed": {"seconds": 5.0},
}


def parse(name: str, value: object) -> Fault:
    """One fault from JSON. Raises `BadFault` for an unknown name, key or value."""
    if name not in NAMES:
        raise BadFault(f"There is no fault {name!r}; there are: {', '.join(sorted(NAMES))}.")
    if isinstance(value, bool) or value is None:
        value = 1.0 if value else 0
    described = value if isinstance(value, Mapping) else _number(name, value)
    unknown = set(described) - {"count", "probability", "code", "seconds", "to"}
    if unknown:
        raise BadFault(f"{name}: unknown key {sorted(unknown)[0]!r}.")
    return _checked(name, {**_DEFAULTS.get(name, {}), **described})


def parse_flag(flag: str) -> dict[str, object]:
    """`name=3` (the next three), `name=0.1` (one in ten), `name=3:21610` (with a code), `latency=0.2`."""
    name, _, value = flag.partition("=")
    amount, _, code = value.partition(":")
    try:
        number: float = float(amount) if "." in amount or name == "latency" else int(amount)
        if name == "latency" or not code:
            return {name: number}
        return {name: {**_number(name, number), "code": int(code)}}
    except ValueError as error:
        raise BadFault(
            f"{flag!r} is not a fault such as rate429=1, error=2:21610 or fail_after=0.03."
        ) from error


def _number(name: str, value: object) -> dict[str, object]:
    if isinstance(value, int):
        return {"count": value}
    if isinstance(value, float):
        return {"probability": value}
    raise BadFault(f"{name}: a count, a probability or an object is needed.")


def _checked(name: str, described: Mapping[str, Any]) -> Fault:
    try:
        fault = Fault(
            count=int(described.get("count", 0)),
            probability=float(described.get("probability", 0)),
            code=int(described.get("code", 0)),
            seconds=float(described.get("seconds", 0)),
            to=str(described.get("to", "")),
        )
    except (TypeError, ValueError) as error:
        raise BadFault(f"{name}: {error}.") from error
    if fault.count < 0 or not 0 <= fault.probability <= 1 or fault.seconds < 0:
        raise BadFault(f"{name}: count and seconds are 0 or more, probability is between 0 and 1.")
    return fault


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError as error:
        raise BadFault("latency: seconds are needed.") from error
    if not 0 <= seconds <= 60:
        raise BadFault("latency: 0 to 60 seconds.")
    return seconds
