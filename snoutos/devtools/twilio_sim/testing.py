"""The simulator for tests, the demo and benchmarks: start it in a thread, drive it through a typed client."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

from snoutos.devtools.twilio_sim.server import Simulator


class SimulatorError(Exception):
    """The simulator refused a request of ours; `str()` says why."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the application answered to an inbound webhook. `status_code` is None when it did not answer."""

    sid: str
    delivered: bool
    status_code: int | None
    body: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True)
class PhoneText:
    """One text on a phone. `by_provider`: the provider's own answer to STOP, START or HELP."""

    sid: str
    sender: str
    recipient: str
    body: str
    direction: str
    status: str
    error_code: int | None
    by_provider: bool
    media: tuple[str, ...]

    @property
    def arrived(self) -> bool:
        """Whether the person holding the phone has it in hand (for a text to the phone)."""
        return self.direction != "inbound" and self.status in ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """A call from a phone. `status` is how it ended, `heard` what its person heard.

    `rang`: the phone it was passed on to, which saw `rang_from`; `taken`: what became of that, in the provider's words.
    """

    sid: str
    status: str
    heard: tuple[str, ...]
    seconds: int
    answer: str
    rang: str
    rang_from: str
    taken: str
    recording: str


class SimulatorClient:
    """The control API, typed. `base_url` is also what the adapter takes as `Credentials.base_url`."""

    def __init__(self, base_url: str, *, timeout: float = 70.0) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout

    def add_account(
        self,
        *,
        sid: str,
        token: str,
        numbers: Sequence[str | Mapping[str, object]] = (),
        services: Mapping[str, Sequence[str]] | None = None,
        api_keys: Mapping[str, str] | None = None,
        **more: object,
    ) -> list[dict[str, Any]]:
        """Create or update an account; its numbers as the simulator has them (with `sid`)."""
        data = {"sid": sid, "token": token, "numbers": list(numbers), **more}
        data |= {"services": dict(services or {}), "api_keys": dict(api_keys or {})}
        return list(self._post("accounts", data)["numbers"])

    def drop_number(self, e164: str) -> None:
        """Its account owns the number no more, as after a release in the provider's console."""
        self._post("numbers/drop", {"e164": e164})

    def add_phones(self, *phones: Mapping[str, str]) -> None:
        """Phones for the page: {e164, name, role}."""
        self._post("phones", list(phones))

    def send_text(
        self, *, sender: str, recipient: str, body: str = "", media: Sequence[str | Mapping[str, str]] = ()
    ) -> WebhookAnswer:
        """A phone texts a business number; returns when the application has answered (or has not)."""
        data = {"from": sender, "to": recipient, "body": body, "media": list(media)}
        return _answer(self._post("texts", data))

    def call(
        self,
        *,
        caller: str,
        recipient: str,
        hangs_up: bool = False,
        other: str = "no-answer",
        talks: int = 60,
        says: int = 0,
    ) -> PhoneCall:
        """A phone calls a business number; returns when the call is over and reported.

        `other`: what the phone does that the call is passed on to: completed (it takes it, they talk for `talks` seconds), no-answer, busy,
        failed; or canceled, the caller hangs up while it rings. `says`: the seconds of the message they leave where they are asked for one.
        """
        data = {
            "from": caller,
            "to": recipient,
            "hangs_up": hangs_up,
            "other": other,
            "talks": talks,
            "says": says,
        }
        return _phone_call(self._post("phone-calls", data))

    def repeat_call(self, sid: str) -> PhoneCall:
        """Both webhooks of a call once more."""
        return _phone_call(self._post("phone-calls/repeat", {"sid": sid}))

    def phone_calls(self, e164: str) -> list[PhoneCall]:
        """The calls that phone made, oldest first."""
        return [_phone_call(one) for one in self._get(f"phones/{quote(e164)}/calls")]

    def resend_webhook(self, sid: str) -> WebhookAnswer:
        return _answer(self._post("webhooks/resend", {"sid": sid}))

    def report_status(self, sid: str, status: str, *, error_code: int | None = None) -> None:
        """Move a text to a phone to `status` by hand and send the callback, whatever came before."""
        self._post(f"texts/{sid}/status", {"status": status, "error_code": error_code})

    def phone_texts(self, e164: str) -> list[PhoneText]:
        """What that phone sent and was sent, oldest first."""
        return [_phone_text(one) for one in self._get(f"phones/{quote(e164)}/texts")]

    def ledger(self) -> list[dict[str, Any]]:
        """Every text in the books, oldest first: sid, account_sid, from, to, body, direction, status, status_callback, by_provider."""
        return list(self._get("texts"))

    def wait_for_text(self, e164: str, containing: str = "", *, timeout: float = 10.0) -> PhoneText:
        """The newest text that arrived on a phone and contains `containing`; `TimeoutError` when none
        comes.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            for text in reversed(self.phone_texts(e164)):
                if text.arrived and not text.by_provider and containing in text.body:
                    return text
            time.sleep(0.02)
        raise TimeoutError("No such text arrived on the phone.")

    def set_faults(self, **faults: object) -> None:
        """For example `rate429={"count": 1}`, `fail_after=0.03`, `latency=0.2`; the names are in
        `faults.py`.
        """
        self._post("faults", faults)

    def clear_faults(self) -> None:
        self._post("faults", {"clear": True})

    def calls(self, path_end: str = "") -> list[dict[str, Any]]:
        """API calls so far (method, path, params, status), those whose path ends so."""
        return [call for call in self._get("calls") if call["path"].endswith(path_end)]

    def webhooks(self, kind: str = "") -> list[dict[str, Any]]:
        """Webhooks sent so far with the answers; `kind` is "inbound", "status" or "voice"."""
        return [one for one in self._get("webhooks") if not kind or one["kind"] == kind]

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Wait until no status change or callback is pending; False when `timeout` passed first."""
        return bool(self._post("idle", {"timeout": timeout})["idle"])

    def reset(self, *, keep_accounts: bool = True) -> None:
        """Forget texts, opt-outs, logs and faults; accounts and phones too unless kept."""
        self._post("reset", {"keep_accounts": keep_accounts})

    def is_up(self) -> bool:
        try:
            return bool(self._get("health")["ok"])
        except (requests.RequestException, SimulatorError):
            return False

    def _get(self, path: str) -> Any:
        return self._call("GET", path, None)

    def _post(self, path: str, data: object) -> Any:
        return self._call("POST", path, data)

    def _call(self, method: str, path: str, data: object) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            address = f"{self.base_url}/_sim/{path}"
            response = session.request(method, address, json=data, timeout=self.timeout)
        answer = response.json()
        if response.status_code != requests.codes.ok:
            raise SimulatorError(answer.get("error", "The simulator refused."))
        return answer


@contextmanager
def running_simulator(
    *,
    webhook_url: str = "",
    accounts: Iterable[Mapping[str, Any]] = (),
    step_seconds: float = 0.01,
    seed: int | None = None,
    port: int = 0,
) -> Iterator[SimulatorClient]:
    """A simulator in a thread of this process, on a free port of loopback unless `port` is given."""
    simulator = Simulator(
        webhook_url=webhook_url, accounts=accounts, step_seconds=step_seconds, seed=seed, port=port
    )
    simulator.start()
    try:
        yield SimulatorClient(simulator.base_url)
    finally:
        simulator.stop()


def _answer(data: Mapping[str, Any]) -> WebhookAnswer:
    return WebhookAnswer(
        sid=data["sid"],
        delivered=data["delivered"],
        status_code=data.get("status_code"),
        body=data.get("body", ""),
        error=data.get("error", ""),
        attempts=data.get("attempts", 0),
    )


def _phone_call(data: Mapping[str, Any]) -> PhoneCall:
    return PhoneCall(
        sid=data["sid"],
        status=data["status"],
        heard=tuple(data["heard"]),
        seconds=data["seconds"],
        answer=data["answer"],
        rang=data["rang"],
        rang_from=data["rang_from"],
        taken=data["taken"],
        recording=data["recording"],
    )


def _phone_text(data: Mapping[str, Any]) -> PhoneText:
    return PhoneText(
        sid=data["sid"],
        sender=data["from"],
        recipient=data["to"],
        body=data["body"],
        direction=data["direction"],
        status=data["status"],
        error_code=data["error_code"],
        by_provider=data["by_provider"],
        media=tuple(one["url"] for one in data["media"]),
    )
