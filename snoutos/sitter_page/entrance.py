"""Getting in and out: the link that was texted, and what to do without one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.record import Actor, Trail, recording
from messaging import events as messaging_events
from messaging.models import Sitter
from messaging.sign_in import devices, links
from messaging.sign_in.errors import LinkIsOver
from routing import access
from snoutos.access import events
from snoutos.accounts import networks
from snoutos.accounts.models import NOBODYS_ADDRESS, User
from snoutos.accounts.roles import Role
from snoutos.sitter_page import backend
from snoutos.sitter_page.request import card_of, guarded

SESSION_LASTS = timedelta(days=30)


@guarded
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a text. Opening it shows a button; only the button uses it up, so no preview can."""
    at = timezone.now()
    try:
        if request.method == "POST":
            _sign_in(request, token, at)
            return HttpResponseRedirect(reverse("sitter:home"), status=303)
        found = links.find(token, at)
    except LinkIsOver as refusal:
        return _unlinked(
            render(request, "sitter/over.html", {"refusal": refusal.sentence}, status=refusal.status)
        )
    context = {"sitter": found.sitter, "other": _somebody_else(request, found.sitter)}
    return _unlinked(render(request, "sitter/link.html", context))


@guarded
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """How to sign in. Says the same to everybody who is not a sitter here."""
    if card_of(request) is not None:
        return HttpResponseRedirect(reverse("sitter:home"), status=303)
    return render(request, "sitter/signed_out.html", {"is_member": isinstance(request.user, User)})


@guarded
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the page on its home screen. It names no business: phones keep it for whoever has them next."""
    icon = {"src": static("snoutos/paw.svg"), "sizes": "any", "type": "image/svg+xml"}
    described = {
        "name": "SnoutOS sitter page",
        "short_name": "SnoutOS",
        "start_url": reverse("sitter:home"),
        "scope": reverse("sitter:home"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0f766e",
        "icons": [icon],
    }
    return JsonResponse(described, content_type="application/manifest+json")


@guarded
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session here, and takes what this browser kept of it along."""
    user, at = request.user, timezone.now()
    if isinstance(user, User):
        with transaction.atomic(), recording(actor=Actor.user(user.pk), at=at) as trail:
            trail.record(events.auth_signed_out(organization_id=user.organization_id, user_id=user.pk))
            sitter = access.sitter_of(user)
            device = devices.here(sitter, request.session.session_key) if sitter is not None else None
            if device is not None:
                devices.revoke(device, by=user, at=at)
        logout(request)
    answer = HttpResponseRedirect(reverse("sitter:signed_out"), status=303)
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _unlinked(answer: HttpResponse) -> HttpResponse:
    """Nobody learns the link's address from the page that was opened by it. The origin is told: without it no browser's POST is trusted."""
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _somebody_else(request: HttpRequest, sitter: Sitter) -> User | None:
    """Who is signed in here already, when that is not the sitter: the link signs them out."""
    user = request.user
    return user if isinstance(user, User) and user.pk != sitter.user_id else None


def _sign_in(request: HttpRequest, token: str, at: datetime) -> None:
    """Use the link up and begin a session of its sitter. Raises LinkIsOver."""
    with transaction.atomic(), recording(actor=Actor.system(), at=at) as trail:
        used = links.use(token, at)
        if used is not None:
            user = _user_of(used.sitter, trail)
            _begin(request, used.sitter, user, trail, at)
    if used is None:
        # Outside: that it was refused stays on record.
        raise LinkIsOver


def _begin(request: HttpRequest, sitter: Sitter, user: User, trail: Trail, at: datetime) -> None:
    login(request, user, backend=backend.PATH)
    request.session.set_expiry(SESSION_LASTS)
    request.session.save()
    devices.seen(
        sitter, user, str(request.session.session_key), agent=request.headers.get("User-Agent", ""), at=at
    )
    network = networks.network_word(request)
    who = {"organization_id": sitter.organization_id, "user_id": user.pk}
    trail.record(
        messaging_events.sitter_link_used(sitter_id=sitter.pk, network=network, **who),
        actor=Actor.user(user.pk),
    )
    trail.record(
        events.auth_signed_in(known_browser=False, network=network, **who), actor=Actor.user(user.pk)
    )


def _user_of(sitter: Sitter, trail: Trail) -> User:
    """Who signs in as `sitter`, whose row is held: made at the first link, without a password, for one who has no sign-in yet."""
    held: Sitter = Sitter.objects.select_related("user", "organization").get(pk=sitter.pk)
    user: User | None = held.user
    if user is not None:
        return user
    user = User.objects.create_user(
        f"{secrets.token_hex(16)}{NOBODYS_ADDRESS}",
        role=Role.SITTER,
        organization=held.organization,
        name=held.name,
    )
    Sitter.objects.filter(pk=held.pk).update(user=user)
    trail.record(events.member_created(organization_id=held.organization_id, user_id=user.pk, role=user.role))
    return user
