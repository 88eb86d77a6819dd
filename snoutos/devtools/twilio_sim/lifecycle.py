"""What becomes of an accepted text: queued → sending → sent → delivered, with a signed callback at each step.

No callback tells the initial status, order is not promised, and faults may lose, double, delay or reorder
them. Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from snoutos.devtools.twilio_sim.clock import Scheduler
from snoutos.devtools.twilio_sim.faults import Faults
from snoutos.devtools.twilio_sim.state import FINAL, Text, World
from snoutos.devtools.twilio_sim.webhooks import deliver


class Lifecycle:
    """Moves texts on, one step every `step_seconds`."""

    def __init__(self, world: World, faults: Faults, scheduler: Scheduler, *, step_seconds: float) -> None:
        self.world = world
        self.faults = faults
        self.scheduler = scheduler
        self.step_seconds = step_seconds
        # What else happens when a text is delivered: at a number of the provider's own, it comes in.
        self.on_arrival: Callable[[Text], None] = lambda text: None

    def start(self, text: Text) -> None:
        """Plan the way of a text that was just accepted."""
        if text.status != "scheduled":
            self.scheduler.after(self.step_seconds, partial(self._advance, text))

    def report(self, text: Text, status: str, error_code: int | None = None) -> None:
        """Set a status and tell the application, whatever came before: also by hand, from a test."""
        changes: dict[str, object] = {"status": status, "error_code": error_code}
        if status == "sent":
            changes["sent_at"] = self.world.now()
        self.world.change(text, **changes)
        self._call_back(text, status, error_code)

    def _advance(self, text: Text) -> None:
        if text.status in FINAL:
            return
        status, code = self._next(text)
        if not status:
            return
        self.report(text, status, code)
        if status == "delivered":
            self.scheduler.after(0, partial(self.on_arrival, text))
        self.scheduler.after(self.step_seconds, partial(self._advance, text))

    def _next(self, text: Text) -> tuple[str, int | None]:
        if text.status == "sending":
            given_back = self.faults.take("given_back", to=text.recipient)
            if given_back is not None:
                return "failed", given_back[1].code
        if text.status == "sent":
            fault = self.faults.take("undelivered", "silent", to=text.recipient)
            if fault is None:
                return "delivered", None
            return ("undelivered", fault[1].code) if fault[0] == "undelivered" else ("", None)
        return {"accepted": "queued", "queued": "sending", "sending": "sent"}.get(text.status, ""), None

    def _call_back(self, text: Text, status: str, error_code: int | None) -> None:
        if not text.status_callback or self.faults.fires("callback_lost", to=text.recipient):
            return
        work = partial(self._post, text, status, error_code)
        for _ in range(2 if self.faults.fires("callback_doubled", to=text.recipient) else 1):
            self.scheduler.after(self._callback_delay(text.recipient), work)

    def _callback_delay(self, recipient: str) -> float:
        """0, unless a fault delays: reordering is a random delay of up to six steps, so neighbours
        overtake.
        """
        delayed = self.faults.fires("callback_delayed", to=recipient)
        reordered = self.faults.fires("callback_reordered", to=recipient)
        jitter = (1 + 5 * self.faults.chance()) * self.step_seconds if reordered else 0.0
        return (delayed.seconds if delayed else 0.0) + jitter

    def _post(self, text: Text, status: str, error_code: int | None) -> None:
        account = self.world.accounts.get(text.account_sid)
        if account is None:  # reset in between
            return
        params = status_params(text, status, error_code)
        delivery = deliver(url=text.status_callback, params=params, token=account.token)
        self.world.log_webhook({"kind": "status", "sid": text.sid, "params": params, **asdict(delivery)})


def status_params(text: Text, status: str, error_code: int | None) -> dict[str, str]:
    """The form fields of a status callback."""
    params = {"MessageSid": text.sid, "SmsSid": text.sid, "MessageStatus": status, "SmsStatus": status}
    params |= {"AccountSid": text.account_sid, "From": text.sender, "To": text.recipient}
    params["ApiVersion"] = "2010-04-01"
    if text.service_sid:
        params["MessagingServiceSid"] = text.service_sid
    if error_code:
        params["ErrorCode"] = str(error_code)
    if status in ("delivered", "undelivered"):
        params["RawDlrDoneDate"] = f"{text.updated_at:%y%m%d%H%M}" if text.updated_at else ""
    return params
