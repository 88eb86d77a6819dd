"""Twilio behind `base.Provider`, on the real `twilio` library.

One request per call, never a retry, explicit timeouts, nothing logged by the library (at INFO it prints
numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

import requests
from twilio.base import values  # type: ignore[import-untyped,unused-ignore]
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped,unused-ignore]
from twilio.base.version import Version  # type: ignore[import-untyped,unused-ignore]

from messaging.providers.base import (
    NOT_FOUND,
    Accepted,
    AccountCheck,
    AccountFault,
    Address,
    Bought,
    Credentials,
    ListedNumber,
    ListedText,
    Media,
    MessagingService,
    OfferedNumber,
    Outcome,
    OutgoingText,
    ProviderError,
    Purchase,
    PurchaseUnknown,
    Refused,
    Registration,
    Rejected,
    Unknown,
)
from messaging.providers.classify import classify_exception, purchase_of
from messaging.providers.media import MediaFetcher
from messaging.providers.twilio_http import client_for
from messaging.providers.twilio_registrations import registrations
from messaging.providers.twilio_services import TwilioServices
from messaging.wording.codes import title_of

CONNECT_TIMEOUT = 3.0  # seconds
READ_TIMEOUT = 30.0  # seconds; the lease of an attempt must outlast both
PAGE_SIZE = 200
PROVIDER_HOST = "api.twilio.com"

# Appended to a number's webhook URL it makes the provider retry on errors too, five times within 15 s. It
# is not signed. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
RETRY_FRAGMENT = "#rc=5&rp=all&ct=2000&rt=4000&tt=15000"


_T = TypeVar("_T")
_METHOD_OF = MappingProxyType(
    {
        Address.SMS: "sms_method",
        Address.SMS_FALLBACK: "sms_fallback_method",
        Address.VOICE: "voice_method",
        Address.VOICE_FALLBACK: "voice_fallback_method",
        Address.CALL_STATUS: "status_callback_method",
    }
)
# Source: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
_ANSWERS_INSTEAD = MappingProxyType(
    {
        Address.SMS: ("sms_application_sid",),
        Address.SMS_FALLBACK: ("sms_application_sid",),
        Address.VOICE: ("voice_application_sid", "trunk_sid"),
        Address.VOICE_FALLBACK: ("voice_application_sid", "trunk_sid"),
    }
)


class TwilioProvider:
    """`base.Provider` for one Twilio account. Cheap to make, safe to share between threads.

    Raises `ValueError` when `base_url` is no address.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.credentials = credentials
        timeout = (connect_timeout, read_timeout)
        by_token = (credentials.account_sid, credentials.auth_token)
        by_key = (credentials.api_key_sid, credentials.api_key_secret)
        self._client = client_for(credentials, by_key if credentials.api_key_sid else by_token, timeout)
        # What an API key may not read is asked for with the token: a standard key opens everything but the account itself.
        self._by_token = (
            client_for(credentials, by_token, timeout) if credentials.api_key_sid else self._client
        )
        self._services = TwilioServices(self._client)
        self._media = MediaFetcher(
            provider_host=PROVIDER_HOST,
            base_url=credentials.base_url,
            auth=self._client.auth,
            timeout=timeout,
        )

    def send(self, text: OutgoingText) -> Outcome:
        """One POST. The library's faults, odd answers and our own mistakes all become an `Outcome`."""
        try:
            message = self._client.messages.create(
                to=text.recipient,
                from_=text.sender or values.unset,
                messaging_service_sid=text.messaging_service_sid or values.unset,
                body=text.body or values.unset,
                media_url=list(text.media_urls) or values.unset,
                status_callback=text.status_callback or values.unset,
            )
            return _accepted(message)
        except (
            Exception
        ) as error:  # whatever happened after the request may have gone: an outcome, not a crash
            return classify_exception(error)

    def list_texts(
        self, *, sender: str = "", recipient: str = "", since: datetime | None = None, limit: int = 200
    ) -> Sequence[ListedText]:
        """Newest first. `since` is compared with the creation time here: the provider can filter only on
        the time of sending, which a queued text does not have.
        """
        found: list[ListedText] = []
        try:
            self._read(lambda: found.extend(self._listed(sender, recipient, since, limit)))
        except ProviderError as error:
            error.read = tuple(found)
            raise
        return found

    def fetch_text(self, sid: str) -> ListedText | None:
        return self._read_or_none(lambda: _listed_text(self._client.messages(sid).fetch()))

    def redact(self, sid: str) -> None:
        self._read_or_none(lambda: self._client.messages(sid).update(body=""))

    def check_credentials(self) -> AccountCheck:
        try:
            account = self._read(lambda: self._by_token.api.accounts(self.credentials.account_sid).fetch())
        except ProviderError as error:
            return _refused_account(error)
        if account.status != "active":
            fault = AccountFault.CLOSED if account.status == "closed" else AccountFault.SUSPENDED
            reason = f"The provider account is {account.status}."
            return AccountCheck(works=False, status=account.status, reason=reason, fault=fault)
        if not self._key_works():
            reason = "The provider rejects the API key."
            return AccountCheck(works=False, status=account.status, reason=reason, fault=AccountFault.API_KEY)
        name = account.friendly_name or ""
        return AccountCheck(works=True, name=name, status=account.status, balance=self._balance())

    def _key_works(self) -> bool:
        """Whether calls can be made with the API key; so they can without one."""
        if not self.credentials.api_key_sid:
            return True
        try:
            self._read(lambda: self._client.incoming_phone_numbers.list(limit=1))
        except ProviderError as error:
            if error.code != _REJECTED:
                raise
            return False
        return True

    def _balance(self) -> str:
        """Told to main accounts only. It decides nothing, so a balance that cannot be read is none."""
        try:
            found = self._read(lambda: self._by_token.api.account.balance.fetch())
        except ProviderError:
            return ""
        return " ".join(part for part in (found.balance, found.currency) if part)

    def list_numbers(self) -> Sequence[ListedNumber]:
        def numbers() -> list[ListedNumber]:
            return [
                _listed_number(one) for one in self._client.incoming_phone_numbers.stream(page_size=PAGE_SIZE)
            ]

        return self._read(numbers)

    def find_number(self, e164: str) -> ListedNumber | None:
        found = self._read(lambda: self._client.incoming_phone_numbers.list(phone_number=e164, limit=2))
        return _listed_number(found[0]) if len(found) == 1 else None

    def list_registrations(self) -> Sequence[Registration]:
        owned = [one.e164 for one in self.list_numbers()]
        return self._read(lambda: registrations(self._client, owned, self._read_or_none))

    def search_numbers(
        self, *, area_code: str = "", contains: str = "", limit: int = 20
    ) -> Sequence[OfferedNumber]:
        wanted = {"area_code": area_code or values.unset, "contains": contains or values.unset}

        def search() -> list[OfferedNumber]:
            offers = self._client.available_phone_numbers("US").local
            return [
                _offered(one) for one in offers.list(**wanted, sms_enabled=True, limit=limit, page_size=limit)
            ]

        return self._read(search) if limit > 0 else []

    def buy_number(self, e164: str, addresses: Mapping[Address, str]) -> Purchase:
        """One POST. As with a text, what may have happened is never taken for what did not."""
        try:
            bought = self._client.incoming_phone_numbers.create(phone_number=e164, **_parameters(addresses))
            if not str(bought.sid or "").startswith("PN"):
                return PurchaseUnknown("odd_reply_no_sid")
            return Bought(_listed_number(bought))
        except (
            Exception
        ) as error:  # whatever happened after the request may have gone: an outcome, not a crash
            return purchase_of(classify_exception(error))

    def release_number(self, number: str) -> bool:
        try:
            self._read(lambda: self._client.incoming_phone_numbers(self._number_sid(number)).delete())
        except ProviderError as error:
            if error.code != NOT_FOUND:
                raise
            return False
        return True

    def configure_number(self, number: str, addresses: Mapping[Address, str]) -> ListedNumber:
        def configure() -> ListedNumber:
            sid = self._number_sid(number)
            return _listed_number(self._client.incoming_phone_numbers(sid).update(**_parameters(addresses)))

        return self._read(configure)

    def fetch_service(self, sid: str) -> MessagingService | None:
        return self._read_or_none(lambda: self._services.fetch(sid))

    def configure_service(self, sid: str, addresses: Mapping[Address, str]) -> MessagingService:
        return self._read(lambda: self._services.configure(sid, addresses))

    def fetch_media(self, url: str) -> Media:
        return self._media.fetch(url)

    def _listed(
        self, sender: str, recipient: str, since: datetime | None, limit: int
    ) -> Iterator[ListedText]:
        if limit <= 0:  # the library takes 0 for "no limit"
            return
        page_size = min(limit, PAGE_SIZE)
        query = {"from_": sender or values.unset, "to": recipient or values.unset}
        for message in self._client.messages.stream(**query, limit=limit, page_size=page_size):
            text = _listed_text(message)
            if since and text.created_at and text.created_at < since:
                return
            yield text

    def _number_sid(self, number: str) -> str:
        if not number.startswith("+"):
            return number
        found = self._client.incoming_phone_numbers.list(phone_number=number, limit=2)
        if len(found) != 1:
            sentence = "Your provider account doesn't own this number."
            raise ProviderError(sentence, code=NOT_FOUND, retry=False)
        return str(found[0].sid)

    def _read(self, call: Callable[[], _T]) -> _T:
        """The call's answer, or `ProviderError`. Reading twice does no harm, so "unknown" becomes "later"."""
        try:
            return call()
        except ProviderError:
            raise
        except Exception as error:
            raise _problem(error) from error

    def _read_or_none(self, call: Callable[[], _T]) -> _T | None:
        try:
            return self._read(call)
        except ProviderError as error:
            if error.code == NOT_FOUND:
                return None
            raise


_REJECTED = 20003  # the sign-in itself
_NOT_ACTIVE = frozenset({20005, 10001, 30002})


def _refused_account(error: ProviderError) -> AccountCheck:
    """What a refused sign-in means; any other failure is raised again."""
    if error.code in _NOT_ACTIVE:
        return AccountCheck(works=False, reason=title_of(error.code), fault=AccountFault.SUSPENDED)
    if error.code in (_REJECTED, NOT_FOUND):
        return AccountCheck(works=False, reason=title_of(_REJECTED), fault=AccountFault.CREDENTIALS)
    raise error


def _accepted(message: Any) -> Outcome:
    """A 2xx answer counts only with a SID: without one nothing could ever be looked up."""
    if not isinstance(message.sid, str) or not message.sid.startswith(("SM", "MM")):
        return Unknown("odd_reply_no_sid")
    segments = str(message.num_segments or "")
    return Accepted(message.sid, str(message.status or ""), int(segments) if segments.isdecimal() else None)


def _listed_text(message: Any) -> ListedText:
    created = message.date_created
    return ListedText(
        sid=message.sid,
        sender=message.from_ or "",
        recipient=message.to or "",
        body=message.body or "",
        media_count=int(message.num_media or 0),
        status=message.status or "",
        error_code=message.error_code if isinstance(message.error_code, int) else None,
        created_at=created if isinstance(created, datetime) else None,
        direction=message.direction or "",
    )


def _parameters(addresses: Mapping[Address, str]) -> dict[str, str]:
    """As the provider takes them: called by POST, and nothing of its own that would answer instead."""
    wanted: dict[str, str] = {}
    for address, url in addresses.items():
        wanted |= {address.value: url, _METHOD_OF[address]: "POST"}
        wanted |= dict.fromkeys(_ANSWERS_INSTEAD.get(address, ()), "")
    return wanted


def _offered(number: Any) -> OfferedNumber:
    capabilities = number.capabilities or {}
    place = ", ".join(part for part in (number.locality, number.region) if part)
    can_mms = bool(capabilities.get("MMS", capabilities.get("mms", False)))
    return OfferedNumber(e164=number.phone_number, place=place, can_mms=can_mms)


def _listed_number(number: Any) -> ListedNumber:
    capabilities = number.capabilities or {}
    return ListedNumber(
        sid=number.sid,
        e164=number.phone_number,
        name=number.friendly_name or "",
        addresses={
            address: (getattr(number, address.value) or "")
            if not any(getattr(number, name) for name in _ANSWERS_INSTEAD.get(address, ()))
            else ""
            for address in Address
        },
        can_sms=bool(capabilities.get("sms", capabilities.get("SMS", False))),
        can_mms=bool(capabilities.get("mms", capabilities.get("MMS", False))),
    )


def _problem(error: Exception) -> ProviderError:
    """Any failure of a call that sends nothing, in the words of the same table."""
    # The library's "Unable to fetch page" has the response beside its words.
    is_page = isinstance(error, TwilioException) and len(error.args) == 2
    outcome = _page_outcome(error.args[1]) if is_page else classify_exception(error)
    if isinstance(outcome, Refused):
        sentence = title_of(outcome.code) if outcome.code else "The provider couldn't be reached."
        return ProviderError(sentence, code=outcome.code, retry=not outcome.circuit, circuit=outcome.circuit)
    if isinstance(outcome, Rejected):
        return ProviderError(outcome.message, code=outcome.code, retry=outcome.code == TOO_SOON)
    if _http_status(error) == requests.codes.not_found:
        return ProviderError("The provider doesn't know it.", code=NOT_FOUND, retry=False)
    return ProviderError("The provider's answer made no sense.", retry=True)


TOO_SOON = 20009  # the text is still on its way: the same call works later


def _http_status(error: Exception) -> int:
    return int(getattr(error, "status", 0) or 0)


def _page_outcome(response: Any) -> Outcome:
    return classify_exception(Version.exception("GET", "", response, ""))
