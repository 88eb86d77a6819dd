"""The pages of a password that a member chooses by a link, and of asking for such a link."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from snoutos.access import letters, links
from snoutos.access.errors import MustWait, PasswordLinkIsOver
from snoutos.access.forms import ForgottenForm, NewPasswordForm
from snoutos.access.views import refusal
from snoutos.accounts import devices, networks
from snoutos.accounts.hashing import Asker, Busy
from snoutos.core import mail

_METHODS = ["GET", "HEAD", "POST"]


@never_cache
@csrf_protect
@require_http_methods(_METHODS)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for the e-mail. The answer is the same whoever has it."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    asked = False
    if mail.can_leave() and form.is_valid():
        try:
            letters.ask_for_reset(request, form.cleaned_data["email"], timezone.now())
        except MustWait as error:
            return refusal(error)
        asked = True
    context = {"form": form, "asked": asked, "can_leave": mail.can_leave()}
    return _page(request, "access/forgotten.html", "Choose a new password", context)


@sensitive_post_parameters()
@never_cache
@csrf_protect
@require_http_methods(_METHODS)
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter. Opening it shows a form; only a good password uses it up, so no preview and no mail scanner can."""
    at = timezone.now()
    try:
        user = links.find(token, at)
        form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
        if form.is_valid():
            # Kept by its member: a browser that is known doesn't wait for what strangers do.
            asker = Asker(f"address:{networks.address_of(request)}", known=False)
            links.use(token, form.cleaned_data["password1"], asker=asker, at=at)
            messages.success(request, "Password set. Sign in with it now.")
            answer = HttpResponseRedirect(reverse("admin:login"), status=303)
            devices.remember(answer, request, user)
            return _unlinked(answer)
    except PasswordLinkIsOver as error:
        if request.method == "POST":
            links.note_refused(token, at)
        over = {"refusal": error.sentence, "can_leave": mail.can_leave()}
        return _page(request, "access/new_password.html", "Choose a password", over, status=error.status)
    except Busy as error:
        return _unlinked(refusal(error))
    return _page(request, "access/new_password.html", "Choose a password", {"form": form, "member": user})


def _page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = {**admin.site.each_context(request), "title": title, **context}
    return _unlinked(TemplateResponse(request, template, whole, status=status))


def _unlinked(answer: HttpResponse) -> HttpResponse:
    """Nobody learns the link from the page that was opened by it. The origin is told: without it no browser's POST is trusted."""
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
