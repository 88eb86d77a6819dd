"""Whether a request comes from the provider: the check that no webhook can be reached without."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest

from messaging.inbound import lookup
from messaging.inbound.lookup import Found
from messaging.models import MessageNumber, Participant, ProviderAccount
from messaging.providers.signature import is_genuine

LARGEST_BODY = 64 * 1024
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Genuine:
    """A request the provider signed: its account, body and fields, and for a text or call whose number and phone they are."""

    account: ProviderAccount
    raw: bytes
    params: dict[str, str]
    number: MessageNumber | None
    party: Participant | None = None


class TooLarge(Exception):  # noqa: N818
    """The body is over 64 KiB."""


class NotGenuine(Exception):  # noqa: N818
    """The request is refused. `reason` is a code, `account` who it claims to be when that is somebody we know."""

    def __init__(self, reason: str, account: ProviderAccount | None, raw: bytes) -> None:
        super().__init__(reason)
        self.reason, self.account, self.raw = reason, account, raw


def verify(request: HttpRequest, *, names_our_number: bool) -> Genuine:
    """Check size, form, account and signature, and for a text or call to a number of ours that it and the account belong together.

    The status of a text names somebody's phone as recipient, so nothing is looked up for it. The signature covers PUBLIC_BASE_URL and the
    path, never what Host or forwarded headers say. A recipient that is nobody's passes: what came for it is kept. Raises TooLarge or
    NotGenuine.
    """
    raw = _body(request)
    params = _decode(request, raw)
    found = _look_up(params) if names_our_number else Found(None, None)
    number = found.number
    account = _account(params.get("AccountSid", ""), number)
    if account is None:
        raise NotGenuine("unknown_account", None, raw)
    url = f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not is_genuine(url=url, params=request.POST, signature=signature, tokens=account.tokens):
        raise NotGenuine("signature", account, raw)
    if number is not None and number.account_id != account.pk:
        raise NotGenuine("other_accounts_number", account, raw)
    return Genuine(account, raw, params, number, found.party)


def read(raw: bytes) -> dict[str, str]:
    """The fields of a stored body, as `verify` read them."""
    return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict"))


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise TooLarge
    try:
        raw = request.body
    except SuspiciousOperation as error:
        raise TooLarge from error
    if len(raw) > LARGEST_BODY:
        raise TooLarge
    return raw


def _decode(request: HttpRequest, raw: bytes) -> dict[str, str]:
    if request.content_type != _FORM:
        # JSON bodies are signed by a query parameter that the provider's library does not insist on.
        raise NotGenuine("not_a_form", None, raw)
    try:
        params = read(raw)
        request.POST.dict()  # too many fields, another charset
    except (UnicodeDecodeError, ValueError, SuspiciousOperation, BadRequest) as error:
        raise NotGenuine("undecodable", None, raw) from error
    return params


def _look_up(params: dict[str, str]) -> Found:
    recipient, sender = params.get("To", ""), params.get("From", "")
    return (
        lookup.find(recipient, sender if _can_be_stored(sender) else "")
        if _can_be_stored(recipient)
        else Found(None, None)
    )


def _account(sid: str, number: MessageNumber | None) -> ProviderAccount | None:
    """The account that `sid` names: nearly always the number's own, which is loaded already."""
    if number is not None and number.account.sid == sid:
        own: ProviderAccount = number.account
        return own
    if not _can_be_stored(sid):
        return None
    found: ProviderAccount | None = (
        ProviderAccount.objects.select_related("organization").filter(sid=sid).first()
    )
    return found


def _can_be_stored(value: str) -> bool:
    """Whether PostgreSQL can compare it at all: it has no NUL."""
    return bool(value) and "\x00" not in value
