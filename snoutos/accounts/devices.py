"""The mark of a browser that signed in before: a signed, http-only cookie, one for each person who uses the browser.

It opens nothing. It gives the browser a count of wrong passwords of its own, so that strangers who guess at a name cannot
make its owner wait.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from snoutos.accounts.models import User

MAX_AGE = timedelta(days=400)
"""As long as browsers keep a cookie; each sign-in renews it."""

_SALT = "snoutos.accounts.device"


def cookie_name(user: User) -> str:
    """The cookie of `user` on any browser."""
    return f"snoutos_device_{user.public_id.hex[:16]}"


def known(request: HttpRequest, user: User) -> str | None:
    """The device that `user` signed in from before, or None for a browser that is new to them."""
    value = request.COOKIES.get(cookie_name(user))
    if not value:
        return None
    try:
        held = signing.loads(value, salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    if not isinstance(held, list) or len(held) != 2 or held[0] != user.public_id.hex:
        return None
    return str(held[1])


def remember(response: HttpResponseBase, request: HttpRequest, user: User) -> None:
    """Let the browser be known to `user` from now on."""
    device = known(request, user) or secrets.token_hex(16)
    response.set_cookie(
        cookie_name(user),
        signing.dumps([user.public_id.hex, device], salt=_SALT),
        max_age=MAX_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
