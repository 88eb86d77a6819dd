"""A business whose texts go to the simulated provider, and a clock that tests move by moving rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator
from tests.business import Business


@pytest.fixture(scope="session")
def _one_simulator() -> Iterator[SimulatorClient]:
    with running_simulator(seed=7) as simulator:
        yield simulator


@pytest.fixture
def simulator(
    _one_simulator: SimulatorClient, business: Business, settings: Any
) -> Iterator[SimulatorClient]:
    """The provider, which knows the business' account and numbers. It reports nothing: tests do."""
    settings.TWILIO_API_BASE_URL = _one_simulator.base_url
    _one_simulator.reset(keep_accounts=False)
    register(_one_simulator, business)
    yield _one_simulator
    _one_simulator.clear_faults()


def register(simulator: SimulatorClient, business: Business) -> None:
    """Let the simulator know a business' account."""
    simulator.add_account(
        sid=business.account.sid,
        token=business.account.auth_token,
        numbers=[business.front_desk.e164, business.sitter_number.e164, business.pool.e164],
    )
