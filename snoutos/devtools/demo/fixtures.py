"""The demo's business in plain values. Its phones are numbers that nobody has (555-01xx). Imports nothing of Django."""

from __future__ import annotations

from typing import Any

from messaging.providers.twilio import RETRY_FRAGMENT
from snoutos.devtools.twilio_sim.testing import SimulatorClient

OWNER_EMAIL = "owner@happytails.example"
OWNER_PASSWORD = "biscuit-loves-walks"  # noqa: S105  (a demo's, printed on its screen)
ACCOUNT_SID = "AC0000000000000000000000000000demo"
FORMER_ACCOUNT_SID = "AC00000000000000000000000000000demo"
AUTH_TOKEN = "demo-auth-token"  # noqa: S105

FRONT_DESK = "+16285550100"
ANAS_NUMBER = "+16285550101"
POOL = "+16285550102"
SECOND_POOL = "+16285550103"
DANA = "+16195550120"
SAM = "+16195550121"
ANA = "+15035550130"
BEN = "+15035550131"
STRANGER = "+19175550140"

SPEC: dict[str, Any] = {
    "organization": {
        "name": "Happy Tails",
        "timezone": "America/Los_Angeles",
        "pool_auto_reply": "Thanks for writing to Happy Tails! We will get back to you soon.",
        "own_domains": ["happytails.example"],
    },
    "owner": {"email": OWNER_EMAIL, "name": "Robin", "password": OWNER_PASSWORD},
    "account": {"sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "label": "Happy Tails texts"},
    "sitters": [
        {"name": "Ana", "phone": ANA, "email": "ana@happytails.example", "password": "walks-at-noon-daily"},
        {"name": "Ben", "phone": BEN},
    ],
    "clients": [
        {"name": "Dana", "phones": [DANA], "pets": "Biscuit"},
        {"name": "Sam", "phones": [SAM], "pets": "Maple & Teddy"},
    ],
    "numbers": [
        {"e164": FRONT_DESK, "role": "front_desk", "label": "Front desk"},
        {"e164": ANAS_NUMBER, "role": "sitter", "label": "Ana's line", "sitter": "Ana"},
        {"e164": POOL, "role": "pool", "label": "Pool 1"},
        {"e164": SECOND_POOL, "role": "pool", "label": "Pool 2"},
    ],
}
PHONES = (
    {"e164": DANA, "name": "Dana (Biscuit)", "role": "client"},
    {"e164": SAM, "name": "Sam (Maple & Teddy)", "role": "client"},
    {"e164": ANA, "name": "Ana", "role": "sitter"},
    {"e164": BEN, "name": "Ben", "role": "sitter"},
    {"e164": STRANGER, "name": "Someone", "role": "unknown"},
)


def register(simulator: SimulatorClient, webhooks: str) -> None:
    """Make the business' account, its numbers and everybody's phones known to the simulated provider."""
    simulator.add_account(
        sid=ACCOUNT_SID,
        token=AUTH_TOKEN,
        numbers=[
            {
                "e164": row["e164"],
                "name": row["label"],
                "sms_url": f"{webhooks}/inbound{RETRY_FRAGMENT}",
                "sms_fallback_url": f"{webhooks}/inbound/fallback",
                "voice_url": f"{webhooks}/voice",
                "status_callback": f"{webhooks}/voice/status{RETRY_FRAGMENT}",
            }
            for row in SPEC["numbers"]
        ],
    )
    simulator.add_phones(*PHONES)
