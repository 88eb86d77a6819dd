"""The contract between SnoutOS and any SMS provider.

The type of an `Outcome` says what may be done next. That is the whole point: a provider has no idempotency
key, so "was it sent?" has three answers (yes, no, nobody knows), and only "no" may ever be tried again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

NOT_FOUND = 20404  # the code of a `ProviderError` about something that the account does not have
MEDIA_LIMIT_BYTES = 10 * 1024 * 1024
_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")


def without_numbers(text: str, *, limit: int = 300) -> str:
    """`text` fit for logs and audit: every run that looks like a phone number becomes `[number]`, length
    bounded.
    """
    return _NUMBER.sub("[number]", text)[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """How to sign in for one account. An API key, when given, is used for calls; `auth_token` always signs
    webhooks.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    api_key_sid: str = ""
    api_key_secret: str = field(default="", repr=False)
    base_url: str = ""  # "" = the provider's own address


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingText:
    """One text as it leaves, frozen. `status_callback` carries our attempt's token: it is the proof of
    acceptance.
    """

    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    body: str = field(repr=False)
    media_urls: tuple[str, ...] = field(default=(), repr=False)
    status_callback: str = field(default="", repr=False)
    messaging_service_sid: str = ""


class RejectionKind(StrEnum):
    """Why a text can never go out as it is; decides whom to tell and what to change."""

    OPTED_OUT = "opted_out"
    UNTEXTABLE = "untextable"  # the contact's number cannot receive texts
    CONFIGURATION = "configuration"  # our number or account is not set up for it
    UNREACHABLE = "unreachable"  # the handset was off or the carrier did not say
    FILTERED = "filtered"  # the wording, the sender or the recipient is blocked
    LIMIT = "limit"  # price cap, validity period, size
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the text and will report on `sid`. `segments` is None while the provider does not
    know.
    """

    sid: str
    status: str
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Proven not sent: may be tried again later.

    `reason` is a word of at most 60 characters. `counts=False`: this try does not use up a retry.
    `circuit=True`: stop the whole account's line until somebody has repaired it.
    """

    code: int | None
    reason: str
    counts: bool = True
    circuit: bool = False
    http_status: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Final: the same text will never go out. `message` is the provider's sentence, free of phone numbers."""

    code: int | None
    reason: RejectionKind
    message: str
    http_status: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: look it up, never send it again by machine."""

    reason: str
    http_status: int | None = field(default=None, compare=False)


Outcome = Accepted | Refused | Rejected | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedText:
    """One text in the provider's own books. `created_at` is aware, UTC; None when the provider gave no
    time.
    """

    sid: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    body: str = field(repr=False)
    media_count: int
    status: str
    error_code: int | None
    created_at: datetime | None
    direction: str  # "inbound", or "outbound-api" and its kin

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"


class Address(StrEnum):
    """What the provider calls for a number, by the name it has in the provider's API. It is always called by POST."""

    SMS = "sms_url"  # a text comes in
    SMS_FALLBACK = "sms_fallback_url"  # the first address did not answer
    VOICE = "voice_url"  # a call comes in
    VOICE_FALLBACK = "voice_fallback_url"
    CALL_STATUS = "status_callback"  # a call ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNumber:
    """One phone number that the account owns, as the provider has it configured.

    `addresses` has every `Address` that is in force: one that the provider passes over, because an application or a trunk answers
    instead, is empty.
    """

    sid: str
    e164: str = field(repr=False)
    name: str = field(repr=False)
    addresses: Mapping[Address, str]
    can_sms: bool
    can_mms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingService:
    """A pool of numbers at the provider, with settings of its own.

    `addresses`: what is called for texts to its numbers (SMS, SMS_FALLBACK). `by_number`: those are passed over, and each number's own
    are called. `keeps_sender`: a phone hears from the same number of the pool each time when a text names none.
    """

    sid: str
    name: str
    addresses: Mapping[Address, str]
    by_number: bool
    keeps_sender: bool
    numbers: frozenset[str] = field(repr=False)


class AccountFault(StrEnum):
    """Why the provider does not take an account's credentials."""

    CREDENTIALS = "credentials"  # no such account, or another token
    API_KEY = "api_key"  # account and token are right, the API key is not
    SUSPENDED = "suspended"
    CLOSED = "closed"


class RegistrationState(StrEnum):
    """How far carriers know a sender. US long codes need a registered brand and campaign (10DLC), toll-free numbers a verification."""

    UNKNOWN = "unknown"  # not read yet, or the provider says a word that nobody knows: it decides nothing
    EXEMPT = "exempt"  # this kind of number needs none
    UNREGISTERED = "unregistered"  # there is none, or it was turned down
    PENDING = "pending"
    APPROVED = "approved"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """How one number that the account owns is registered. `campaign` of a toll-free number is its verification; it needs no brand."""

    e164: str = field(repr=False)
    brand: RegistrationState
    campaign: RegistrationState


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedNumber:
    """A number that can be bought now, and where it is at home."""

    e164: str
    place: str = ""
    can_mms: bool = False


class PurchaseRefusal(StrEnum):
    """Why a number was not bought."""

    GONE = "gone"  # somebody else has it, or there is no such number
    BALANCE = "balance"
    PERMISSION = "permission"
    PAPERS = "papers"  # an address or a regulatory bundle is needed first
    TRIAL = "trial"  # a trial account has all the numbers it may have
    LATER = "later"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bought:
    """The account owns the number now."""

    number: ListedNumber


@dataclass(frozen=True, slots=True)
class NotBought:
    """Proven not bought. `message` is the provider's sentence, free of phone numbers; it may be empty."""

    reason: PurchaseRefusal
    message: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseUnknown:
    """It may or may not have been bought: look among the account's numbers, never buy again by machine."""

    reason: str


Purchase = Bought | NotBought | PurchaseUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCheck:
    """Whether the credentials work: `status` in the provider's word, `reason` a sentence and `fault` its kind when they do not.

    `balance` is an amount with its currency, such as "12.30 USD"; empty when the provider does not tell it.
    """

    works: bool
    name: str = ""
    status: str = ""
    reason: str = ""
    fault: AccountFault | None = None
    balance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A fetched attachment, at most `MEDIA_LIMIT_BYTES` long. `content_type` is what the server claimed:
    sniff it.
    """

    content_type: str
    content: bytes = field(repr=False)


class ProviderError(Exception):
    """A call other than `send` failed. `sentence` is for people; `retry` says whether later may help.

    `read`: what a list had given before it failed, in its order.
    """

    read: Sequence[ListedText] = ()

    def __init__(self, sentence: str, *, code: int | None = None, retry: bool, circuit: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.retry = retry
        self.circuit = circuit


class MediaRefused(ProviderError):  # noqa: N818 -- the name says what happened
    """The media address was not fetched, or not to its end, for safety; it never will be."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, retry=False)


@runtime_checkable
class Provider(Protocol):
    """What every adapter can do; `tests/messaging/providers/conformance.py` holds all of them to it.

    `send` and `buy_number` never raise. All other methods raise `ProviderError` only. No method retries by itself, and none
    may be called inside a database transaction: each is a call over the network.
    """

    def send(self, text: OutgoingText) -> Outcome:
        """Hand one text over, in one request."""

    def list_texts(
        self, *, sender: str = "", recipient: str = "", since: datetime | None = None, limit: int = 200
    ) -> Sequence[ListedText]:
        """The provider's books, newest first: at most `limit` texts, none created before `since`.

        They come in pages. When one fails, the error has those that were read (`ProviderError.read`).
        """

    def fetch_text(self, sid: str) -> ListedText | None:
        """One text by its SID; None when the provider has none."""

    def redact(self, sid: str) -> None:
        """Blank the body at the provider, for good. Nothing happens when the provider has no such text."""

    def check_credentials(self) -> AccountCheck:
        """Sign in with the auth token, and with the API key when there is one, and look at the account.

        Wrong credentials and an account that is not active are answers, not errors.
        """

    def list_numbers(self) -> Sequence[ListedNumber]:
        """Every number that the account owns."""

    def find_number(self, e164: str) -> ListedNumber | None:
        """The number as the account owns it; None when it does not."""

    def list_registrations(self) -> Sequence[Registration]:
        """How each number that the account owns is registered with the US carriers: one entry a number, also for one that is not at all."""

    def search_numbers(
        self, *, area_code: str = "", contains: str = "", limit: int = 20
    ) -> Sequence[OfferedNumber]:
        """US numbers that can text and can be bought now, at most `limit`: of an area code, with `contains` (digits or letters) in them."""

    def buy_number(self, e164: str, addresses: Mapping[Address, str]) -> Purchase:
        """Buy one number, in one request, with the addresses that are to be called for it."""

    def release_number(self, number: str) -> bool:
        """Give a number (its SID or E.164) back for good. False when the account does not own it any more."""

    def configure_number(self, number: str, addresses: Mapping[Address, str]) -> ListedNumber:
        """Let the provider call `addresses` for a number (its SID or E.164), whatever answered there before; others stay.

        A number that the account does not own is a `ProviderError` with the code NOT_FOUND. Doing it again changes nothing.
        """

    def fetch_service(self, sid: str) -> MessagingService | None:
        """A messaging service of the account, with its numbers; None when the account has none of that SID."""

    def configure_service(self, sid: str, addresses: Mapping[Address, str]) -> MessagingService:
        """Let the provider call the SMS and SMS_FALLBACK of `addresses` for texts to the service's numbers, and keep senders.

        A service that the account does not have is a `ProviderError` with the code NOT_FOUND. Doing it again changes nothing.
        """

    def fetch_media(self, url: str) -> Media:
        """An attachment, from the provider's own hosts only, or `MediaRefused`; over 10 MB too."""
