"""Fair use of the API, by principal. Webhooks are not API views and are never throttled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from snoutos.accounts.models import ApiKey
from snoutos.accounts.networks import address_of

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PrincipalThrottle(SimpleRateThrottle):
    """Counts by key, else by user, else by address. Without the cache nothing is counted."""

    scope = "principal"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        if isinstance(request.auth, ApiKey):
            ident = f"key:{request.auth.pk}"
        elif request.user.is_authenticated:
            ident = f"user:{request.user.pk}"
        else:
            ident = f"address:{address_of(request)}"
        return self.cache_format % {"scope": self.scope, "ident": ident}
