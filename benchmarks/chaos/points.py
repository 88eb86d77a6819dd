"""Named moments at which a process dies by its own hand, as `kill -9` would have it.

The product knows nothing of this: the process wraps one function, by name, before it starts to work. A doom such as `after calling:7`
means: at the seventh time that the call was committed and the socket not yet opened.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Point:
    """A moment: before a function runs, or after it. `if_result`: only after it returned something."""

    where: str
    """Module and attribute, as `package.module:Class.function`."""
    before: bool = False
    if_result: bool = False


WORKER = {
    "after claim": Point("messaging.outbound.claiming:claim", if_result=True),
    "after calling": Point("messaging.outbound.leaving:leave", if_result=True),
    "after the socket": Point("messaging.providers.twilio:TwilioProvider.send"),
    "inside settle": Point("messaging.outbound.proof:accept"),
    "after settle": Point("messaging.outbound.settling:settle"),
    "inside unknown": Point("messaging.outbound.settling:unknown"),
    "before reaping": Point("messaging.outbound.leaving:abandon", before=True),
    "after the list": Point("messaging.providers.twilio:TwilioProvider.list_texts"),
    "inside parking": Point("messaging.outbound.reconciling:_park"),
    "inside a missed text": Point("messaging.inbound.intake:_keep_quietly", if_result=True),
    "after a missed text": Point("messaging.inbound.intake:take_in_listed", if_result=True),
}
WEB = {
    "after the receipt": Point("messaging.inbound.intake:_keep", if_result=True),
    "inside a text": Point("messaging.inbound.texts:take_in"),
    "after a text": Point("messaging.inbound.intake:receive"),
    "inside a status": Point("messaging.outbound.reports:take_in"),
    "after a status": Point("messaging.inbound.intake:receive_status"),
    "inside a send": Point("messaging.outbound.outbox:enqueue"),
    "before the ring": Point("messaging.doorbell:_publish", before=True),
    "after a send": Point("messaging.api.messages:once"),
}
POINTS = {**WORKER, **WEB}


def arm(doom: str, deaths: Path) -> None:
    """Let this process die at its doom, `<point>:<which time>`; nothing when it is empty. Writes the point's name to `deaths` first."""
    if not doom:
        return
    name, _, nth = doom.rpartition(":")
    point = POINTS[name]
    module, _, path = point.where.partition(":")
    holder: Any = import_module(module)
    *outer, attribute = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    strike = _striker(name, int(nth), deaths)
    setattr(holder, attribute, _wrapped(getattr(holder, attribute), point, strike))


def _wrapped(original: Callable[..., Any], point: Point, strike: Callable[[], None]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if point.before:
            strike()
        result = original(*args, **kwargs)
        if not point.before and (result or not point.if_result):
            strike()
        return result

    return wrapper


def _striker(name: str, nth: int, deaths: Path) -> Callable[[], None]:
    times = itertools.count(1)

    def strike() -> None:
        if next(times) != nth:
            return
        with deaths.open("a", encoding="ascii") as log:
            log.write(f"{name}\n")
        # The whole group: a web server's parent would otherwise tidy up after its worker.
        os.killpg(0, signal.SIGKILL)

    return strike
