"""Where a request comes from: its address behind the proxies we trust, and words for it that name nobody.

Only keyed hashes are stored. Who holds `SECRET_KEY` can test a guess; a copy of the database alone tells no address.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

NOWHERE = "nowhere"
"""A request without a readable address, such as over a socket of this machine: all of these are one sender."""


def mark(kind: str, value: str) -> str:
    """The keyed hash under which `value` is counted; `kind` keeps a name and an address apart."""
    return salted_hmac("snoutos.accounts.mark", f"{kind}:{value}", algorithm="sha256").hexdigest()


def address_of(request: HttpRequest) -> str:
    """Who sends: the address that the outermost trusted proxy saw (`TRUSTED_PROXIES`), an IPv6 sender by their /64.

    What a caller writes into X-Forwarded-For stands to the left of what our proxies add, and is never read.
    """
    return _network(request, v4=32, v6=64)


def network_word(request: HttpRequest) -> str:
    """A word for the audit trail: the same for the same neighbourhood (/24, or /48), and no address."""
    hashed = mark("network", _network(request, v4=24, v6=48))
    # Letters only: digits in a row might be taken for a phone.
    return "net-" + "".join("abcdefghijklmnop"[int(digit, 16)] for digit in hashed[:12])


def _network(request: HttpRequest, *, v4: int, v6: int) -> str:
    found = _parsed(_seen_by_our_proxies(request))
    if found is None:
        return NOWHERE
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    size = v4 if found.version == 4 else v6
    return str(ipaddress.ip_network((found, size), strict=False))


def _seen_by_our_proxies(request: HttpRequest) -> str:
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            return str(hops[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address in `text`, which may carry a port or a zone."""
    bare = text.strip().split("%")[0]
    if bare.startswith("["):
        bare = bare[1:].split("]")[0]
    elif bare.count(":") == 1:
        bare = bare.split(":")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        return None
