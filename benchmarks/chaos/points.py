"""Named moments at which a process dies by its own hand, as `kill -9` would have it, or stands still (SIGSTOP) until it is let go on.

The product knows nothing of this: the process wraps one function, by name, before it starts to work. A doom such as `after calling:7`
means: at the seventh time that the call was committed and the socket not yet opened. `stop inside settle:2` stops it instead.
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
    "inside a claim": Point("messaging.outbound.queue.claims:_pace"),
    "after claim": Point("messaging.outbound.queue.claims:claim", if_result=True),
    "after calling": Point("messaging.outbound.queue.begin_call:begin", if_result=True),
    "after the socket": Point("messaging.providers.twilio:TwilioProvider.send"),
    "inside settle": Point("messaging.outbound.outcome.acceptance:accept"),
    "after settle": Point("messaging.outbound.outcome.record_outcome:record"),
    "inside unknown": Point("messaging.outbound.outcome.record_outcome:unknown"),
    "before reaping": Point("messaging.outbound.outcome.unsent:abandon", before=True),
    "after the list": Point("messaging.providers.twilio:TwilioProvider.list_texts"),
    "inside parking": Point("messaging.outbound.recovery.reconcile:_park"),
    "inside a missed text": Point("messaging.inbound.receipts:_keep_quietly", if_result=True),
    "after a missed text": Point("messaging.inbound.receipts:process_listed", if_result=True),
}
WEB = {
    "after the receipt": Point("messaging.inbound.receipts:_keep", if_result=True),
    "inside a text": Point("messaging.inbound.process:process_text"),
    "after a text": Point("messaging.inbound.receipts:receive"),
    "inside a status": Point("messaging.outbound.outcome.reports:store"),
    "after a status": Point("messaging.inbound.receipts:receive_status"),
    "inside a send": Point("messaging.outbound.queue.outbox:enqueue"),
    "before the ring": Point("messaging.publish:_publish", before=True),
    "after a send": Point("messaging.api.messages:once"),
}
POINTS = {**WORKER, **WEB}
# Where a process that stands still holds rows.
HOLDING = (
    "inside a claim",
    "inside settle",
    "inside unknown",
    "inside a text",
    "inside a status",
    "inside a send",
)
STOP = "stop "


def arm(doom: str, deaths: Path) -> None:
    """Let this process die at its doom, `<point>:<which time>`, or stop at `stop <point>:<which time>`; nothing when it is empty.

    Who dies writes the point's name to `deaths` first.
    """
    if not doom:
        return
    stops = doom.startswith(STOP)
    name, _, nth = doom.removeprefix(STOP).rpartition(":")
    point = POINTS[name]
    module, _, path = point.where.partition(":")
    holder: Any = import_module(module)
    *outer, attribute = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    strike = _striker(name, int(nth), None if stops else deaths)
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


def _striker(name: str, nth: int, deaths: Path | None) -> Callable[[], None]:
    times = itertools.count(1)

    def strike() -> None:
        if next(times) != nth:
            return
        # The whole group: a web server's parent would otherwise tidy up after its worker.
        if deaths is None:
            os.killpg(0, signal.SIGSTOP)
            return
        with deaths.open("a", encoding="ascii") as log:
            log.write(f"{name}\n")
        os.killpg(0, signal.SIGKILL)

    return strike
