"""What the simulated provider knows: accounts, numbers, texts, blocks. In memory, guarded by one lock."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from messaging.outbound.queue.segments import measure

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received", "read"})
LOG_LENGTH = 5000


@dataclass(slots=True)
class Number:
    """A phone number that an account owns."""

    sid: str
    e164: str
    account_sid: str
    name: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    status_callback: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    sms_application_sid: str = ""
    voice_application_sid: str = ""
    trunk_sid: str = ""
    can_sms: bool = True
    # Whether it is in the messaging service that the account's campaign covers; and a toll-free number's own verification.
    in_campaign: bool = True
    verification: str = "TWILIO_APPROVED"


_NOT_SET_BY_NAME = ("sid", "e164", "account_sid", "can_sms", "in_campaign")
NUMBER_FIELDS = tuple(one.name for one in fields(Number) if one.name not in _NOT_SET_BY_NAME)


@dataclass(slots=True)
class ServiceSettings:
    """What a messaging service does with texts to its numbers. `by_number`: each number's own addresses are called."""

    inbound_url: str = ""
    fallback_url: str = ""
    sticky_sender: bool = True
    by_number: bool = True


@dataclass(slots=True)
class Account:
    """An account with its secrets. `api_keys` maps key SIDs to secrets, `services` SIDs to numbers."""

    sid: str
    token: str
    name: str = ""
    status: str = "active"
    api_keys: dict[str, str] = field(default_factory=dict)
    services: dict[str, list[str]] = field(default_factory=dict)
    service_settings: dict[str, ServiceSettings] = field(default_factory=dict)
    advanced_opt_out: bool = False
    # How the carriers know the business: registered, as any that may text. "" = there is none.
    brand_status: str = "APPROVED"
    campaign_status: str = "VERIFIED"
    balance: str = ""  # an amount in USD; "" = not told, as of a subaccount

    def settings_of(self, service: str) -> ServiceSettings:
        """Those of one of its services."""
        return self.service_settings.get(service) or ServiceSettings()


@dataclass(slots=True)
class Attachment:
    """A picture on a text: fetched elsewhere (`url`) or held here (`content`)."""

    sid: str
    content_type: str
    url: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Text:
    """One message resource. `direction` is "inbound" when a phone wrote it, "outbound-api" when we did."""

    sid: str
    account_sid: str
    sender: str
    recipient: str
    body: str
    direction: str
    status: str
    created_at: datetime
    order: int
    updated_at: datetime | None = None
    sent_at: datetime | None = None
    error_code: int | None = None
    service_sid: str = ""
    status_callback: str = ""
    media: list[Attachment] = field(default_factory=list)
    answer: str = ""  # what the application answered to the webhook of a text from a phone
    by_provider: bool = False  # the provider's own answer to STOP and its kin: on the phone, not in the books

    @property
    def segments(self) -> int:
        return max(1, measure(self.body).segments)


@dataclass(slots=True)
class PhoneCall:
    """A call from a phone to a business number. `heard` is what its person heard, in order; `answer` what the application answered.

    `recording` is the SID of the message they left, `said_seconds` how long it is; `rang` is the other phone that it was passed
    on to, `rang_from` the number that one showed, `taken` what became of that.
    """

    sid: str
    account_sid: str
    caller: str
    recipient: str
    at: datetime
    status: str = "ringing"
    heard: list[str] = field(default_factory=list)
    seconds: int = 0
    answer: str = ""
    rang: str = ""
    rang_from: str = ""
    taken: str = ""
    recording: str = ""
    said_seconds: int = 0


@dataclass(slots=True)
class Phone:
    """A personal phone on the page."""

    e164: str
    name: str = ""
    role: str = ""


class Conflict(Exception):  # noqa: N818 -- the name says what it is
    """The control API was asked for something that contradicts what is configured."""


class World:
    """All of it. Public methods take the lock; what they return may be read without it."""

    def __init__(self, *, webhook_url: str = "") -> None:
        self.lock = threading.RLock()
        self.webhook_url = webhook_url
        self.clear()

    def clear(self, *, keep_accounts: bool = False) -> None:
        """Forget texts, blocks and logs; accounts, numbers and phones too unless kept."""
        with self.lock:
            if not keep_accounts:
                self.accounts: dict[str, Account] = {}
                self.numbers: dict[str, Number] = {}
                self.phones: dict[str, Phone] = {}
            self.texts: dict[str, Text] = {}
            self.phone_calls: dict[str, PhoneCall] = {}
            self.blocks: set[tuple[str, str]] = set()  # (business number, phone)
            self.calls: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
            self.webhooks: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
            self.version = getattr(self, "version", 0) + 1
            self._order = 0

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def new_sid(self, prefix: str) -> str:
        return prefix + uuid.uuid4().hex

    def put_account(self, data: Mapping[str, Any]) -> Account:
        """Create or update an account and its numbers. Raises `Conflict` when another account owns a
        number.
        """
        with self.lock:
            sid = str(data["sid"])
            account = self.accounts.get(sid) or Account(sid=sid, token=str(data["token"]))
            account.token = str(data.get("token", account.token))
            account.name = str(data.get("name", account.name or "Simulated account"))
            account.status = str(data.get("status", account.status))
            account.api_keys.update(data.get("api_keys", {}))
            account.services.update({key: list(value) for key, value in data.get("services", {}).items()})
            account.brand_status = str(data.get("brand_status", account.brand_status))
            account.campaign_status = str(data.get("campaign_status", account.campaign_status))
            for service, settings in data.get("service_settings", {}).items():
                account.service_settings[service] = replace(account.settings_of(service), **settings)
            account.balance = str(data.get("balance", account.balance))
            account.advanced_opt_out = bool(data.get("advanced_opt_out", account.advanced_opt_out))
            for one in data.get("numbers", ()):
                self.put_number(sid, {"e164": one} if isinstance(one, str) else one)
            self.accounts[sid] = account
            self.version += 1
            return account

    def put_number(self, account_sid: str, data: Mapping[str, Any]) -> Number:
        with self.lock:
            e164 = str(data["e164"])
            number = self.numbers.get(e164)
            if number and number.account_sid != account_sid:
                raise Conflict(f"{e164} belongs to another account.")
            if number is None:
                number = Number(sid=self.new_sid("PN"), e164=e164, account_sid=account_sid)
                self.numbers[e164] = number
            number.can_sms = bool(data.get("can_sms", number.can_sms))
            number.in_campaign = bool(data.get("in_campaign", number.in_campaign))
            for name in NUMBER_FIELDS:
                setattr(number, name, str(data.get(name, getattr(number, name))))
            self.version += 1
            return number

    def drop_number(self, e164: str) -> None:
        """The account owns the number no more, and no pool has it. Raises `Conflict` when nobody owns it."""
        with self.lock:
            number = self.numbers.pop(e164, None)
            if number is None:
                raise Conflict("No account here owns this number.")
            for pool in self.accounts[number.account_sid].services.values():
                if e164 in pool:
                    pool.remove(e164)
            self.version += 1

    def put_phone(self, data: Mapping[str, Any]) -> Phone:
        with self.lock:
            phone = Phone(str(data["e164"]), str(data.get("name", "")), str(data.get("role", "")))
            self.phones[phone.e164] = phone
            self.version += 1
            return phone

    def add_text(self, **fields: Any) -> Text:
        """Store a new text; `sid` is made when not given."""
        with self.lock:
            self._order += 1
            fields.setdefault("sid", self.new_sid("MM" if fields.get("media") else "SM"))
            text = Text(created_at=self.now(), order=self._order, **fields)
            text.updated_at = text.created_at
            self.texts[text.sid] = text
            self.version += 1
            return text

    def add_call(self, *, account_sid: str, caller: str, recipient: str) -> PhoneCall:
        with self.lock:
            call = PhoneCall(self.new_sid("CA"), account_sid, caller, recipient, self.now())
            self.phone_calls[call.sid] = call
            self.version += 1
            return call

    def change_call(self, call: PhoneCall, **fields: Any) -> None:
        with self.lock:
            for name, value in fields.items():
                setattr(call, name, value)
            self.version += 1

    def calls_of(self, e164: str) -> list[PhoneCall]:
        """The calls that phone made, oldest first."""
        with self.lock:
            return [call for call in self.phone_calls.values() if call.caller == e164]

    def change(self, text: Text, **fields: Any) -> None:
        with self.lock:
            for name, value in fields.items():
                setattr(text, name, value)
            text.updated_at = self.now()
            self.version += 1

    def listed(self, account_sid: str) -> list[Text]:
        """The account's books, newest first."""
        with self.lock:
            mine = [
                text
                for text in self.texts.values()
                if text.account_sid == account_sid and not text.by_provider
            ]
        return sorted(mine, key=lambda text: text.order, reverse=True)

    def on_phone(self, e164: str) -> Iterator[Text]:
        """What that phone sent, and what reached it, oldest first."""
        with self.lock:
            texts = sorted(self.texts.values(), key=lambda text: text.order)
        for text in texts:
            if (text.sender == e164 and text.direction == "inbound") or (
                text.recipient == e164 and text.direction != "inbound"
            ):
                yield text

    def owned(self, account_sid: str) -> list[Number]:
        with self.lock:
            return [number for number in self.numbers.values() if number.account_sid == account_sid]

    def log_call(self, entry: dict[str, Any]) -> None:
        with self.lock:
            self.calls.append(entry)

    def log_webhook(self, entry: dict[str, Any]) -> None:
        with self.lock:
            self.webhooks.append(entry)
            self.version += 1
