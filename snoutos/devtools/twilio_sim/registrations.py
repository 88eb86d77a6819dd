"""How the account's numbers are registered with the carriers: the provider's messaging API, as far as it is read.

An account has one brand, and one messaging service whose campaign covers the numbers that are `in_campaign`; beside it the services it was
made with, which have none.
"""

from __future__ import annotations

import re
from typing import Any

from snoutos.devtools.twilio_sim.state import Account, World
from snoutos.devtools.twilio_sim.wire import ApiError, Reply, Request, json_reply, not_found

PREFIX = "/v1/"
_SERVICE = re.compile(r"/v1/Services/(?P<sid>\w+)/(?P<what>Compliance/Usa2p|PhoneNumbers)")
_BRAND = re.compile(r"/v1/a2p/BrandRegistrations/(?P<sid>\w+)")
_TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")


class Registrations:
    """Answers everything under `/v1/`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, account: Account, request: Request) -> Reply:
        if request.method != "GET":
            raise ApiError(405, 20004, "Method not allowed")
        if found := _SERVICE.fullmatch(request.path):
            if found["sid"] not in self._services(account):
                raise not_found(request.path)
            rows = self._campaigns if found["what"] == "Compliance/Usa2p" else self._numbers
            key = "compliance" if found["what"] == "Compliance/Usa2p" else "phone_numbers"
            return _page(request, key, rows(account, found["sid"]))
        if found := _BRAND.fullmatch(request.path):
            brand = next((one for one in self._brands(account) if one["sid"] == found["sid"]), None)
            if brand is None:
                raise not_found(request.path)
            return json_reply(brand)
        lists = {
            "/v1/Services": ("services", [{"sid": sid} for sid in self._services(account)]),
            "/v1/a2p/BrandRegistrations": ("data", self._brands(account)),
            "/v1/Tollfree/Verifications": ("verifications", self._verifications(account)),
        }
        if request.path not in lists:
            raise not_found(request.path)
        return _page(request, *lists[request.path])

    def _services(self, account: Account) -> list[str]:
        return [_own("MG", account), *account.services]

    def _brands(self, account: Account) -> list[dict[str, Any]]:
        status = account.brand_status
        return [{"sid": _own("BN", account), "account_sid": account.sid, "status": status}] if status else []

    def _campaigns(self, account: Account, service: str) -> list[dict[str, Any]]:
        if service in account.services or not account.campaign_status:
            return []
        row = {"sid": _own("QE", account), "brand_registration_sid": _own("BN", account)}
        return [{**row, "messaging_service_sid": service, "campaign_status": account.campaign_status}]

    def _numbers(self, account: Account, service: str) -> list[dict[str, Any]]:
        owned = self.world.owned(account.sid)
        listed = account.services.get(service)
        return [
            {"sid": one.sid, "service_sid": service, "phone_number": one.e164}
            for one in owned
            if (one.e164 in listed if listed is not None else one.in_campaign)
        ]

    def _verifications(self, account: Account) -> list[dict[str, Any]]:
        return [
            {"sid": f"HH{one.sid[2:]}", "tollfree_phone_number": one.e164, "status": one.verification}
            for one in self.world.owned(account.sid)
            if one.verification and one.e164[2:5] in _TOLL_FREE
        ]


def _own(prefix: str, account: Account) -> str:
    return f"{prefix}{account.sid[2:]}"


def _page(request: Request, key: str, rows: list[dict[str, Any]]) -> Reply:
    """One page in the envelope of the newer APIs, with the address of the next."""
    wanted = request.arguments
    size, page = int(wanted.get("PageSize") or 50), int(wanted.get("Page") or 0)
    more = len(rows) > (page + 1) * size
    following = (
        f"https://messaging.twilio.com{request.path}?PageSize={size}&Page={page + 1}" if more else None
    )
    meta = {
        "key": key,
        "page": page,
        "page_size": size,
        "next_page_url": following,
        "previous_page_url": None,
    }
    return json_reply({"meta": meta, key: rows[page * size : (page + 1) * size]})
