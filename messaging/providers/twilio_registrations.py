"""How Twilio's numbers are registered with the US carriers: the campaign it is in, by its messaging service, and whose brand that is.

Facts: a campaign belongs to one messaging service and covers the long codes in it; a toll-free number has its own verification instead.
Sources: https://www.twilio.com/docs/messaging/api/usapptoperson-resource, …/api/brand-registration-resource,
…/api/tollfree-verification-resource. A word that is not in these tables is UNKNOWN, which decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import phonenumbers

from messaging.providers.base import Registration, RegistrationState

PAGE_SIZE = 100
_UNKNOWN, _EXEMPT = RegistrationState.UNKNOWN, RegistrationState.EXEMPT
_NONE, _PENDING = RegistrationState.UNREGISTERED, RegistrationState.PENDING
_APPROVED, _SUSPENDED = RegistrationState.APPROVED, RegistrationState.SUSPENDED

CAMPAIGNS: Mapping[str, RegistrationState] = MappingProxyType(
    {
        "PENDING": _PENDING,
        "IN_PROGRESS": _PENDING,
        "VERIFIED": _APPROVED,
        "FAILED": _NONE,
        "SUSPENDED": _SUSPENDED,
        "EXPIRED": _SUSPENDED,
    }
)
BRANDS: Mapping[str, RegistrationState] = MappingProxyType(
    {
        "PENDING": _PENDING,
        "IN_REVIEW": _PENDING,
        "APPROVED": _APPROVED,
        "FAILED": _NONE,
        "SUSPENDED": _SUSPENDED,
        "DELETION_PENDING": _SUSPENDED,
        "DELETION_FAILED": _SUSPENDED,
    }
)
VERIFICATIONS: Mapping[str, RegistrationState] = MappingProxyType(
    {
        "PENDING_REVIEW": _PENDING,
        "IN_REVIEW": _PENDING,
        "TWILIO_APPROVED": _APPROVED,
        "TWILIO_REJECTED": _NONE,
    }
)
# Of several campaigns or verifications the one that lets most through.
_BEST_FIRST = (_APPROVED, _PENDING, _UNKNOWN, _SUSPENDED, _NONE)


def registrations(
    client: Any, owned: Iterable[str], fetch: Callable[[Callable[[], Any]], Any]
) -> list[Registration]:
    """Of each of the numbers `owned` (E.164). `fetch` makes a call and answers None for what the account does not have."""
    kinds = {e164: kind_of(e164) for e164 in owned}
    long_codes = _of_long_codes(client, fetch) if "long_code" in kinds.values() else {}
    toll_free = _of_toll_free(client) if "toll_free" in kinds.values() else {}
    brand = (
        _best(_state(BRANDS, one.status) for one in _brands(client))
        if _is_missing(kinds, long_codes)
        else _NONE
    )
    found = []
    for e164, kind in kinds.items():
        if kind == "long_code":
            of_brand, campaign = long_codes.get(e164, (brand, _NONE))
        else:
            of_brand, campaign = _EXEMPT, toll_free.get(e164, _NONE) if kind == "toll_free" else _EXEMPT
        found.append(Registration(e164=e164, brand=of_brand, campaign=campaign))
    return found


def kind_of(e164: str) -> str:
    """`long_code` and `toll_free` of the US, which carriers want registered; `other` for all else."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return "other"
    if number.country_code != 1:
        return "other"
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.TOLL_FREE:
        return "toll_free"
    return "long_code" if phonenumbers.region_code_for_number(number) in (None, "US") else "other"


def _is_missing(kinds: Mapping[str, str], long_codes: Mapping[str, Any]) -> bool:
    return any(kind == "long_code" and e164 not in long_codes for e164, kind in kinds.items())


def _of_long_codes(
    client: Any, fetch: Callable[[Callable[[], Any]], Any]
) -> dict[str, tuple[RegistrationState, RegistrationState]]:
    """Brand and campaign of each number that is in a messaging service with a campaign."""
    brands: dict[str, RegistrationState] = {}
    found: dict[str, tuple[RegistrationState, RegistrationState]] = {}
    for service in client.messaging.v1.services.stream(page_size=PAGE_SIZE):
        own = client.messaging.v1.services(service.sid)
        campaigns = list(own.us_app_to_person.stream(page_size=PAGE_SIZE))
        if not campaigns:
            continue
        best = min(campaigns, key=lambda one: _BEST_FIRST.index(_state(CAMPAIGNS, one.campaign_status)))
        brand = _brand(client, str(best.brand_registration_sid or ""), brands, fetch)
        for number in own.phone_numbers.stream(page_size=PAGE_SIZE):
            found[str(number.phone_number)] = (brand, _state(CAMPAIGNS, best.campaign_status))
    return found


def _brand(
    client: Any, sid: str, known: dict[str, RegistrationState], fetch: Callable[[Callable[[], Any]], Any]
) -> RegistrationState:
    """A brand may be another account's (an agency's): then it is unknown here."""
    if sid not in known:
        brand = fetch(client.messaging.v1.brand_registrations(sid).fetch) if sid else None
        known[sid] = _UNKNOWN if brand is None else _state(BRANDS, brand.status)
    return known[sid]


def _brands(client: Any) -> Iterator[Any]:
    yield from client.messaging.v1.brand_registrations.stream(page_size=PAGE_SIZE)


def _of_toll_free(client: Any) -> dict[str, RegistrationState]:
    found: dict[str, list[RegistrationState]] = {}
    for one in client.messaging.v1.tollfree_verifications.stream(page_size=PAGE_SIZE):
        found.setdefault(str(one.tollfree_phone_number), []).append(_state(VERIFICATIONS, one.status))
    return {e164: _best(states) for e164, states in found.items()}


def _best(states: Iterable[RegistrationState]) -> RegistrationState:
    return min(states, key=_BEST_FIRST.index, default=_NONE)


def _state(words: Mapping[str, RegistrationState], word: object) -> RegistrationState:
    return words.get(str(word or "").upper(), _UNKNOWN)
