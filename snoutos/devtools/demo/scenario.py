"""The main job, played through real HTTP: signed webhooks in, the API, workers, and the simulated provider out.

Each step says what was done, waits for the effect, and prints what the database says. A step that does not come true fails the flow.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import requests

TIMEOUT = 20.0


class StepFailed(Exception):  # noqa: N818
    """What should have happened did not; `str()` says what."""


def play(*, base_url: str, simulator_url: str, environment: Mapping[str, str], out: TextIO) -> bool:
    """Play the flow against a running installation. Whether every step came true; what did not is printed."""
    os.environ.update(environment)
    import django

    django.setup()
    from django.db import connection

    from snoutos.devtools.demo.steps import STEPS, Stage
    from snoutos.devtools.twilio_sim.testing import SimulatorError
    from snoutos.ops.bootstrap import BadSpec

    try:
        stage = Stage.set(base_url=base_url, simulator_url=simulator_url, out=out)
        for number, step in enumerate(STEPS, start=1):
            out.write(f"\n{number}. {step.__doc__}\n")
            _run(step, stage, out)
        _say_where(out)
        return True
    except (StepFailed, BadSpec, SimulatorError, requests.RequestException, TimeoutError) as error:
        out.write(f"   FAILED: {error}\n")
        return False
    finally:
        connection.close()
        out.flush()


def _run(step: Callable[[Any], None], stage: Any, out: TextIO) -> None:
    began = time.monotonic()
    step(stage)
    out.write(f"   done in {(time.monotonic() - began) * 1000:.0f} ms\n")
    out.flush()


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """The first truthy answer of `found` within 20 s. Raises StepFailed that names `what` otherwise."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        answer = found()
        if answer:
            return answer
        time.sleep(0.02)
    raise StepFailed(f"{what} did not happen within {TIMEOUT:.0f} s")


def expect(true: bool, what: str) -> None:
    """Raise StepFailed with `what` unless `true`."""
    if not true:
        raise StepFailed(what)


class Api:
    """The REST API as an integrator uses it."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base, self._session = f"{base_url}/api/v1", requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"

    def post(self, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """POST with a fresh Idempotency-Key. Raises StepFailed with the problem's own words."""
        answer = self._session.post(
            f"{self._base}{path}",
            json=dict(data or {}),
            headers={"Idempotency-Key": str(uuid.uuid4())},
            timeout=TIMEOUT,
        )
        if not answer.ok:
            raise StepFailed(f"POST {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json() if answer.content else None


def _say_where(out: TextIO) -> None:
    from snoutos.devtools.demo.fixtures import OWNER_EMAIL, OWNER_PASSWORD

    out.write(f"\nSign in as the owner: {OWNER_EMAIL}  password: {OWNER_PASSWORD}\n")
