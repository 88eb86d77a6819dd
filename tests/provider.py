"""The simulated provider for tests that connect accounts: it knows those that a test tells it of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator

UNREACHABLE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def _accounts_simulator() -> Iterator[SimulatorClient]:
    with running_simulator(seed=3) as simulator:
        yield simulator


@pytest.fixture
def provider(_accounts_simulator: SimulatorClient, settings: Any) -> Iterator[SimulatorClient]:
    """The provider, which knows no account yet."""
    settings.TWILIO_API_BASE_URL = _accounts_simulator.base_url
    _accounts_simulator.reset(keep_accounts=False)
    yield _accounts_simulator
    _accounts_simulator.clear_faults()
