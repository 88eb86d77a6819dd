"""One messaging service of the provider's API, and its settings. Source: https://www.twilio.com/docs/messaging/api/service-resource."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from snoutos.devtools.twilio_sim.state import Account, World
from snoutos.devtools.twilio_sim.wire import ApiError, Reply, Request, json_reply, not_found

_PATH = re.compile(r"/v1/Services/(?P<sid>\w+)")
_FIELDS = {"InboundRequestUrl": "inbound_url", "FallbackUrl": "fallback_url"}
_SWITCHES = {"StickySender": "sticky_sender", "UseInboundWebhookOnNumber": "by_number"}


def is_one(path: str) -> bool:
    """Whether the address is that of one service; its numbers stand beside its campaign, in `registrations`."""
    return _PATH.fullmatch(path) is not None


def answer(world: World, account: Account, request: Request) -> Reply:
    """One service: read or changed."""
    found = _PATH.fullmatch(request.path)
    if found is None or found["sid"] not in account.services:
        raise not_found(request.path)
    if request.method == "POST":
        if account.status != "active":
            raise ApiError(403, 20005, "Account not active")
        _change(world, account, found["sid"], dict(request.form))
    return json_reply(_shown(account, found["sid"]))


def _change(world: World, account: Account, sid: str, form: dict[str, str]) -> None:
    settings = replace(account.settings_of(sid))
    for theirs, ours in _FIELDS.items():
        if theirs in form:
            setattr(settings, ours, form[theirs])
    for theirs, ours in _SWITCHES.items():
        if theirs in form:
            setattr(settings, ours, form[theirs].lower() == "true")
    with world.lock:
        account.service_settings[sid] = settings


def _shown(account: Account, sid: str) -> dict[str, Any]:
    settings = account.settings_of(sid)
    return {
        "sid": sid,
        "account_sid": account.sid,
        "friendly_name": "Texts",
        "inbound_request_url": settings.inbound_url or None,
        "inbound_method": "POST",
        "fallback_url": settings.fallback_url or None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": settings.sticky_sender,
        "use_inbound_webhook_on_number": settings.by_number,
        "validity_period": 36000,
        "url": f"https://messaging.twilio.com/v1/Services/{sid}",
    }
