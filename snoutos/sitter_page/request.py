"""One request of a sitter: who, which card, from which browser, when. Every page of theirs begins with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from csp.decorators import csp
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from messaging.models import Sitter, SitterDevice
from messaging.permissions import SEE_OWN_CONVERSATIONS
from messaging.sign_in import devices
from policy.reader import Reader
from routing import access
from snoutos.accounts.models import Organization, User

# Nothing but our own files: no script or style inside a page, and no other host.
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class SitterRequest:
    """`sitter` is the signed-in person's own card: no page takes it from the request."""

    request: HttpRequest
    user: User
    organization: Organization
    sitter: Sitter
    device: SitterDevice
    reader: Reader
    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The business' zone, in which every time is shown."""
        return self.organization.zone

    def page(self, template: str, context: dict[str, Any], *, title: str, status: int = 200) -> HttpResponse:
        """A page with its menu."""
        return render(self.request, template, {"sitting": self, "title": title, **context}, status=status)


View = Callable[Concatenate[SitterRequest, Arguments], HttpResponse]
Page = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def guarded(view: Page[Arguments]) -> Page[Arguments]:
    """A view whose answers hold nothing that another page, a shared computer or another host may see later."""
    strict: Page[Arguments] = csp(POLICY)(view)  # type: ignore[assignment]

    @wraps(view)
    def run(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        answer = strict(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        answer["X-Robots-Tag"] = "noindex"
        answer.setdefault("Referrer-Policy", "same-origin")
        return answer

    return run


def sitter_page(view: View[Arguments]) -> Page[Arguments]:
    """Run a view with a `SitterRequest`, in the business' time zone, for whoever signed in and has a sitter's card that is in use.

    Anybody else is led to the page that says how to sign in. A browser that was revoked is signed out.
    """

    @wraps(view)
    def run(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        at = timezone.now()
        sitting = _sitting(request, at)
        if sitting is None:
            return HttpResponseRedirect(reverse("sitter:signed_out"), status=303)
        with timezone.override(sitting.zone):
            return view(sitting, *args, **kwargs)

    page = guarded(run)
    page.may = (SEE_OWN_CONVERSATIONS,)  # type: ignore[attr-defined]
    return page


def card_of(request: HttpRequest) -> Sitter | None:
    """The sitter's card of whoever is signed in, where it opens this page."""
    user = request.user
    if not isinstance(user, User) or not SEE_OWN_CONVERSATIONS.allows(user):
        return None
    is_in_business = user.organization is not None and user.organization.is_active
    return access.sitter_of(user) if is_in_business else None


def _sitting(request: HttpRequest, at: datetime) -> SitterRequest | None:
    user, sitter = request.user, card_of(request)
    if sitter is None or not isinstance(user, User) or user.organization is None:
        return None
    organization = user.organization
    device = devices.seen(
        sitter, user, str(request.session.session_key), agent=request.headers.get("User-Agent", ""), at=at
    )
    if device is None:
        logout(request)
        return None
    reader = Reader(organization.pk, organization=organization)
    return SitterRequest(request, user, organization, sitter, device, reader, at)
