"""A simulator and an application that talk to each other over loopback, and the real library to send with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from messaging.providers.base import Credentials
from messaging.providers.twilio import TwilioProvider
from snoutos.devtools.twilio_sim.testing import SimulatorClient, running_simulator
from tests.snoutos.devtools.twilio_sim.application import Application, running_application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, DESK, POOL, SERVICE, SITTER_LINE, TOKEN


@pytest.fixture(scope="module")
def _running() -> Iterator[tuple[SimulatorClient, Application]]:
    with running_application(TOKEN) as application, running_simulator(step_seconds=0.005, seed=7) as sim:
        yield sim, application


@pytest.fixture
def app(_running: tuple[SimulatorClient, Application]) -> Application:
    application = _running[1]
    application.received.clear()
    application.answers.clear()
    return application


@pytest.fixture
def sim(_running: tuple[SimulatorClient, Application], app: Application) -> SimulatorClient:
    simulator = _running[0]
    simulator.reset(keep_accounts=False)
    inbound = f"{app.url}/webhooks/twilio/inbound"
    numbers = [{"e164": e164, "sms_url": inbound} for e164 in (DESK, SITTER_LINE, POOL)]
    simulator.add_account(sid=ACCOUNT, token=TOKEN, numbers=numbers, services={SERVICE: [SITTER_LINE, POOL]})
    return simulator


@pytest.fixture
def provider(sim: SimulatorClient) -> TwilioProvider:
    credentials = Credentials(account_sid=ACCOUNT, auth_token=TOKEN, base_url=sim.base_url)
    return TwilioProvider(credentials, connect_timeout=3, read_timeout=5)
