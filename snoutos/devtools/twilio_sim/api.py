"""The provider's HTTP API: who is asking, for what, and the account and number resources."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from typing import Any

from snoutos.devtools.twilio_sim import registrations, services
from snoutos.devtools.twilio_sim.faults import Faults
from snoutos.devtools.twilio_sim.messages import Messages, page_of
from snoutos.devtools.twilio_sim.registrations import Registrations
from snoutos.devtools.twilio_sim.state import NUMBER_FIELDS, Account, Number, World
from snoutos.devtools.twilio_sim.voices import recording
from snoutos.devtools.twilio_sim.wire import ApiError, Reply, Request, json_reply, not_found

_ACCOUNT = re.compile(r"/2010-04-01/Accounts/(?P<sid>\w+)(?P<rest>/.*)?\.json")
_MEDIA = re.compile(r"/2010-04-01/Accounts/(?P<account>\w+)/Messages/(?P<text>\w+)/Media/(?P<media>\w+)")
_RECORDING = re.compile(r"/2010-04-01/Accounts/(?P<account>\w+)/Recordings/(?P<recording>\w+)\.mp3")
_ONE = re.compile(r"/(?P<kind>Messages|IncomingPhoneNumbers)/(?P<sid>\w+)")
_FIELDS = {
    "FriendlyName": "name",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "StatusCallback": "status_callback",
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "SmsApplicationSid": "sms_application_sid",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
}

# Refusals of a purchase that are told by their HTTP status: no money, no permission. All others are 400.
_STATUS_OF = {20402: 402, 20403: 403, 20003: 401, 20429: 429, 20500: 500}


class ProviderApi:
    """Answers everything under `/2010-04-01/`, and under `/v1/` what is read and set of the messaging API."""

    def __init__(self, world: World, faults: Faults, messages: Messages) -> None:
        self.world = world
        self.faults = faults
        self.messages = messages
        self.registrations = Registrations(world)

    def handle(self, request: Request) -> Reply:
        if self.faults.latency:
            time.sleep(self.faults.latency)
        try:
            reply = self._answer(request)
        except ApiError as error:
            reply = error.reply()
        except ValueError as error:
            reply = ApiError(400, 20001, f"A parameter cannot be read: {error}").reply()
        self._log(request, reply)
        return reply

    def _answer(self, request: Request) -> Reply:
        if self.faults.fires("unavailable"):
            raise ApiError(503, 20503, "Service Unavailable")
        if found := _RECORDING.fullmatch(request.path):
            signed_in = self._authenticated(request, found["account"])
            return _recording(self.world, signed_in, found["recording"])
        if found := _MEDIA.fullmatch(request.path):  # open to all unless an account asks for sign-in
            account = self.world.accounts.get(found["account"])
            if account is None:
                raise not_found(request.path)
            return self.messages.media(account, found["text"], found["media"])
        if request.path.startswith(registrations.PREFIX):
            account = self._authenticated(request, self._named_by(request))
            if services.is_one(request.path):
                return services.answer(self.world, account, request)
            return self.registrations.answer(account, request)
        found = _ACCOUNT.fullmatch(request.path)
        account = self._authenticated(request, found["sid"] if found else "")
        rest = (found["rest"] or "") if found else ""
        if rest in ("", "/Balance"):
            return self._account(account, rest, request)
        return self._resource(account, rest, request)

    def _authenticated(self, request: Request, sid: str) -> Account:
        """The account of the path, when the request's secret is its own. Anything else is the same 20003."""
        user, password = _basic(request.headers.get("authorization", ""))
        account = self.world.accounts.get(sid)
        secret = ""
        if account is not None:
            secret = account.token if user == account.sid else account.api_keys.get(user, "")
        if account is None or not secret or not hmac.compare_digest(secret.encode(), password.encode()):
            raise ApiError(401, 20003, "Authenticate")
        return account

    def _named_by(self, request: Request) -> str:
        """The account whose SID or key signs in: these addresses do not name one."""
        user = _basic(request.headers.get("authorization", ""))[0]
        accounts = self.world.accounts.values()
        return next((one.sid for one in accounts if user == one.sid or user in one.api_keys), "")

    def _resource(self, account: Account, rest: str, request: Request) -> Reply:
        method = request.method
        if account.status != "active" and method == "POST":
            raise ApiError(403, 20005, "Account not active")
        if found := _ONE.fullmatch(rest):
            one = self._message if found["kind"] == "Messages" else self._number
            return one(account, found["sid"], request)
        if (rest, method) == ("/Messages", "POST"):
            return self.messages.create(account, request)
        if (rest, method) == ("/Messages", "GET"):
            return self.messages.listed(account, request)
        if (rest, method) == ("/IncomingPhoneNumbers", "GET"):
            return self._numbers(account, request)
        if rest in ("/IncomingPhoneNumbers", "/IncomingPhoneNumbers/Local") and method == "POST":
            return self._buy(account, dict(request.form))
        if rest == "/AvailablePhoneNumbers/US/Local" and method == "GET":
            return self._search(request)
        raise not_found(request.path)

    def _message(self, account: Account, sid: str, request: Request) -> Reply:
        if request.method == "POST":
            return self.messages.update(account, sid, request)
        if request.method == "DELETE":
            return self.messages.delete(account, sid)
        return self.messages.fetch(account, sid)

    def _account(self, account: Account, rest: str, request: Request) -> Reply:
        """The account itself and its balance: a standard API key may read neither."""
        if request.method != "GET":
            raise ApiError(405, 20004, "Method not allowed")
        if _basic(request.headers.get("authorization", ""))[0] != account.sid:
            raise ApiError(401, 20003, "Authenticate")
        if rest == "/Balance":
            if not account.balance:
                raise not_found(request.path)
            return json_reply({"account_sid": account.sid, "balance": account.balance, "currency": "USD"})
        uri = f"/2010-04-01/Accounts/{account.sid}"
        names = {"status": account.status, "type": "Full", "friendly_name": account.name}
        links = {"uri": f"{uri}.json", "subresource_uris": {"messages": f"{uri}/Messages.json"}}
        return json_reply({"sid": account.sid, "owner_account_sid": account.sid, **names, **links})

    def _numbers(self, account: Account, request: Request) -> Reply:
        wanted = request.arguments
        number, size = wanted.get("PhoneNumber", ""), int(wanted.get("PageSize") or 50)
        owned = [one for one in self.world.owned(account.sid) if number in one.e164]
        page = int(wanted.get("Page") or 0)
        rows = [shown_number(one) for one in owned[page * size : (page + 1) * size]]
        payload = page_of("incoming_phone_numbers", rows, uri=request.path, page=page, size=size)
        if len(owned) > (page + 1) * size:
            payload["next_page_uri"] = f"{request.path}?PageSize={size}&Page={page + 1}&PhoneNumber={number}"
        return json_reply(payload)

    def _number(self, account: Account, sid: str, request: Request) -> Reply:
        number = next((one for one in self.world.owned(account.sid) if one.sid == sid), None)
        if number is None:
            raise not_found(request.path)
        if request.method == "DELETE":
            self.world.drop_number(number.e164)
            return Reply(204)
        if request.method == "POST":
            self.world.put_number(account.sid, {"e164": number.e164, **_known(dict(request.form))})
        return json_reply(shown_number(number))

    def _search(self, request: Request) -> Reply:
        """Twenty made-up numbers of the 555 exchange: none can ever be somebody's."""
        area = request.arguments.get("AreaCode", "") or "415"
        contains = request.arguments.get("Contains", "")
        taken = self.world.numbers
        rows: list[dict[str, Any]] = []
        for line in range(100, 200):
            e164 = f"+1{area}5550{line}"
            if e164 not in taken and contains in e164 and len(rows) < 20:
                rows.append(_available(e164, area))
        return json_reply({"available_phone_numbers": rows, "uri": request.path})

    def _buy(self, account: Account, form: dict[str, str]) -> Reply:
        e164 = form.get("PhoneNumber", "") or f"+1{form.get('AreaCode', '415')}5550199"
        if not re.fullmatch(r"\+[1-9]\d{6,14}", e164):
            raise ApiError(400, 21421, f"PhoneNumber is invalid: {e164}")
        if (refused := self.faults.fires("buy_error")) is not None:
            status = _STATUS_OF.get(refused.code, 400)
            raise ApiError(status, refused.code, f"The number {e164} was not bought.")
        if e164 in self.world.numbers:
            raise ApiError(400, 21422, f"The phone number {e164} is not available for purchase.")
        number = self.world.put_number(account.sid, {"e164": e164, **_known(form)})
        if self.faults.fires("buy_fail_after"):
            raise ApiError(500, 20500, "Internal Server Error")
        if (silent := self.faults.fires("buy_hang_after")) is not None:
            return Reply(manner="hang", seconds=silent.seconds)
        return json_reply(shown_number(number), 201)

    def _log(self, request: Request, reply: Reply) -> None:
        entry: dict[str, Any] = {"method": request.method, "path": request.path, "at": time.time()}
        entry["params"] = {**request.arguments, **dict(request.form)}
        entry["status"] = reply.status if reply.manner == "answer" else reply.manner
        self.world.log_call(entry)


def shown_number(number: Number) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{number.account_sid}/IncomingPhoneNumbers/{number.sid}.json"
    urls = {name: getattr(number, name) for name in NUMBER_FIELDS if name != "name"}
    methods = {"sms_method": "POST", "sms_fallback_method": "POST", "status_callback_method": "POST"}
    return {
        "sid": number.sid,
        "account_sid": number.account_sid,
        "phone_number": number.e164,
        "friendly_name": number.name or number.e164,
        "capabilities": {"voice": True, "sms": number.can_sms, "mms": number.can_sms, "fax": False},
        "status": "in-use",
        "api_version": "2010-04-01",
        "uri": uri,
        **urls,
        **methods,
    }


def _available(e164: str, area: str) -> dict[str, Any]:
    name = f"({area}) {e164[5:8]}-{e164[8:]}"
    capabilities = {"voice": True, "SMS": True, "MMS": True}
    place = {"locality": "Oakland", "region": "CA", "postal_code": "94601", "iso_country": "US"}
    return {"phone_number": e164, "friendly_name": name, "capabilities": capabilities, "beta": False, **place}


def _known(form: dict[str, str]) -> dict[str, str]:
    return {ours: form[theirs] for theirs, ours in _FIELDS.items() if theirs in form}


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _recording(world: World, account: Account, sid: str) -> Reply:
    """What a caller said, to whoever signs in."""
    for call in world.phone_calls.values():
        if call.account_sid == account.sid and call.recording == sid:
            return Reply(200, recording(call.said_seconds), "audio/mpeg")
    raise not_found(f"Recordings/{sid}")
