"""The control API and the phones page, under `/_sim/`. Everything here is ours; nothing imitates Twilio.

    GET  health                          {"ok": true}
    GET  state                           accounts, numbers, phones, faults (what the page shows)
    POST accounts                        {sid, token, numbers: [{e164, sms_url?}], services?, service_settings?, api_keys?}
    POST numbers/drop                    {e164}: its account owns that number no more
    POST phones                          [{e164, name, role}]
    POST texts                           {from, to, body, media?}: a phone texts a business number
    POST texts/<sid>/status              {status, error_code?}: move a text to a phone, with its callback
    POST phone-calls                     {from, to, hangs_up?, other?, talks?, says?}: a phone calls a business number; what it
                                         heard. `other`: what a phone does that it is passed on to
    POST phone-calls/repeat              {sid}: both webhooks of a call once more
    GET  phones/<e164>/calls             the calls that phone made
    GET  phones/<e164>/texts             what that phone sent and received
    GET  texts                           every text in the books, oldest first, each with its callback address
    GET  faults, POST faults             see `faults.py`
    GET  calls, webhooks                 logs of API calls and of webhooks with the application's answers
    POST webhooks/resend                 {sid}: the inbound webhook once more
    POST idle                            {timeout}: wait until no status or callback is pending
    POST reset                           {keep_accounts?: true}

POSTs take JSON and only that: a form on somebody's web page cannot drive the simulator.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import resources
from typing import Any
from urllib.parse import unquote

from snoutos.devtools.twilio_sim.clock import Scheduler
from snoutos.devtools.twilio_sim.faults import BadFault, Faults
from snoutos.devtools.twilio_sim.lifecycle import Lifecycle
from snoutos.devtools.twilio_sim.phones import Phones, media_url
from snoutos.devtools.twilio_sim.state import Attachment, Conflict, Text, World
from snoutos.devtools.twilio_sim.voices import Other, Voices
from snoutos.devtools.twilio_sim.wire import Reply, Request, json_reply

PREFIX = "/_sim/"
_PAGE = {
    "": ("phones.html", "text/html; charset=utf-8"),
    "phones.css": ("phones.css", "text/css; charset=utf-8"),
    "phones.js": ("phones.js", "text/javascript; charset=utf-8"),
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


class Control:
    """Answers everything under `/_sim/`."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        phones: Phones,
        voices: Voices,
        lifecycle: Lifecycle,
        scheduler: Scheduler,
    ) -> None:
        self.world, self.faults, self.phones, self.voices = world, faults, phones, voices
        self.lifecycle, self.scheduler = lifecycle, scheduler
        self._posts: Mapping[str, Callable[[Any], object]] = {
            "accounts": self._accounts,
            "numbers/drop": lambda data: world.drop_number(str(data["e164"])),
            "phones": self._phones,
            "texts": self._text,
            "phone-calls": self._phone_call,
            "phone-calls/repeat": lambda data: _call_shown(voices.repeat(str(data["sid"]))),
            "faults": self._faults,
            "webhooks/resend": lambda data: phones.resend(str(data["sid"])),
            "idle": lambda data: {"idle": scheduler.wait_idle(min(float(data.get("timeout", 10)), 60))},
            "reset": self._reset,
        }
        self._gets: Mapping[str, Callable[[], object]] = {
            "health": lambda: {"ok": True},
            "state": self._state,
            "faults": faults.shown,
            "texts": self._ledger,
            "calls": lambda: list(world.calls),
            "webhooks": lambda: list(world.webhooks),
        }

    def handle(self, request: Request) -> Reply:
        path = request.path.removeprefix(PREFIX)
        if request.method == "GET":
            return self._get(path)
        if request.method != "POST":
            return _problem(405, "Only GET and POST are known here.")
        if not request.headers.get("content-type", "").startswith("application/json"):
            return _problem(415, "Send application/json.")
        try:
            return self._post(path, request.json())
        except (Conflict, BadFault) as error:
            return _problem(400, str(error))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return _problem(400, f"The request is not as described: {type(error).__name__} {error}.")

    def _get(self, path: str) -> Reply:
        if path in _PAGE:
            name, content_type = _PAGE[path]
            content = resources.files(__package__).joinpath("page", name).read_bytes()
            return Reply(200, content, content_type, headers=_PAGE_HEADERS)
        if path in self._gets:
            return json_reply(self._gets[path]())
        kind, _, rest = path.partition("/")
        if kind == "phones" and rest.endswith("/texts"):
            return json_reply(self._texts_of(unquote(rest.removesuffix("/texts"))))
        if kind == "phones" and rest.endswith("/calls"):
            calls = self.world.calls_of(unquote(rest.removesuffix("/calls")))
            return json_reply([_call_shown(asdict(call)) for call in calls])
        return _problem(404, "There is nothing here.")

    def _post(self, path: str, data: Any) -> Reply:
        if path in self._posts:
            return json_reply(self._posts[path](data))
        kind, _, rest = path.partition("/")
        if kind == "texts" and rest.endswith("/status"):
            return json_reply(self._status(rest.removesuffix("/status"), data))
        return _problem(404, "There is nothing here.")

    def _accounts(self, data: dict[str, Any]) -> object:
        account = self.world.put_account(data)
        return {"sid": account.sid, "numbers": [asdict(one) for one in self.world.owned(account.sid)]}

    def _phones(self, data: list[dict[str, Any]] | dict[str, Any]) -> object:
        return [asdict(self.world.put_phone(one)) for one in (data if isinstance(data, list) else [data])]

    def _text(self, data: dict[str, Any]) -> object:
        media = [self._attachment(one) for one in data.get("media", ())]
        sender, recipient = _clean(data["from"]), _clean(data["to"])
        return self.phones.text(
            sender=sender, recipient=recipient, body=_clean(data.get("body", "")), media=media
        )

    def _phone_call(self, data: dict[str, Any]) -> object:
        caller, recipient = _clean(data["from"]), _clean(data["to"])
        other = Other(
            str(data.get("other", "no-answer")), int(data.get("talks", 60)), int(data.get("says", 0))
        )
        hangs_up = bool(data.get("hangs_up"))
        return _call_shown(
            self.voices.call(caller=caller, recipient=recipient, hangs_up=hangs_up, other=other)
        )

    def _attachment(self, data: str | dict[str, Any]) -> Attachment:
        """An address, or {content_type, base64}; "photo" is a one-pixel picture."""
        sid = self.world.new_sid("ME")
        if data == "photo":
            return Attachment(sid, "image/png", content=_PIXEL)
        if isinstance(data, str):
            return Attachment(sid, "image/jpeg", url=data)
        content = base64.b64decode(data.get("base64", ""))
        return Attachment(sid, str(data["content_type"]), url=str(data.get("url", "")), content=content)

    def _status(self, sid: str, data: dict[str, Any]) -> object:
        text = self.world.texts.get(sid)
        if text is None or text.direction == "inbound":
            raise Conflict("There is no such text to a phone.")
        code = data.get("error_code")
        self.lifecycle.report(text, str(data["status"]), int(code) if code else None)
        return self._shown(text)

    def _faults(self, data: dict[str, Any]) -> object:
        self.faults.update(data)
        return self.faults.shown()

    def _reset(self, data: dict[str, Any]) -> object:
        self.scheduler.clear()
        self.faults.update({"clear": True})
        self.world.clear(keep_accounts=bool(data.get("keep_accounts")))
        return {"ok": True}

    def _state(self) -> object:
        with self.world.lock:
            numbers = [asdict(one) for one in self.world.numbers.values()]
            names = {sid: account.name for sid, account in self.world.accounts.items()}
            phones = [asdict(one) for one in self.world.phones.values()]
        for number in numbers:
            number["account_name"] = names.get(number["account_sid"], "")
        recent = [_brief(one) for one in list(self.world.webhooks)[-12:]]
        return {
            "version": self.world.version,
            "recent": recent,
            "numbers": numbers,
            "phones": phones,
            **self.faults.shown(),
        }

    def _texts_of(self, e164: str) -> list[dict[str, Any]]:
        return [self._shown(text) for text in self.world.on_phone(e164)]

    def _ledger(self) -> list[dict[str, Any]]:
        """What happened, for whoever compares it with what the application believes."""
        with self.world.lock:
            texts = sorted(self.world.texts.values(), key=lambda text: text.order)
        return [
            {**self._shown(text), "account_sid": text.account_sid, "status_callback": text.status_callback}
            for text in texts
        ]

    def _shown(self, text: Text) -> dict[str, Any]:
        media = [
            {
                "url": media_url(text, one, public_base=self.phones.public_base),
                "content_type": one.content_type,
            }
            for one in text.media
        ]
        return {
            "sid": text.sid,
            "from": text.sender,
            "to": text.recipient,
            "body": text.body,
            "direction": text.direction,
            "status": text.status,
            "error_code": text.error_code,
            "by_provider": text.by_provider,
            "answer": text.answer,
            "media": media,
            "segments": text.segments,
            "at": text.created_at.isoformat(),
        }


def _call_shown(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call as the phones page and tests read it."""
    names = (
        "sid",
        "status",
        "heard",
        "seconds",
        "answer",
        "rang",
        "rang_from",
        "taken",
        "recording",
        "said_seconds",
    )
    shown = {name: call[name] for name in names}
    return {**shown, "from": call["caller"], "to": call["recipient"], "at": call["at"].isoformat()}


def _brief(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One webhook for the page's activity list."""
    what = entry["params"].get("MessageStatus") or ("call" if entry["kind"] == "voice" else "text")
    return {"at": entry["at"], "what": what, "answer": entry["status_code"] or entry["error"]}


def _clean(value: object) -> str:
    """Text that can be put on the wire: a lone surrogate becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode()


def _problem(status: int, sentence: str) -> Reply:
    return json_reply({"error": sentence}, status)
