"""The pages of signing in and out, of a new password, and of the link past a lock."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from audit.record import Actor, recording
from snoutos.access import events, unlocking
from snoutos.access.errors import LinkIsOver, MustWait
from snoutos.access.forms import OwnPasswordForm, SignInForm
from snoutos.accounts import devices, networks
from snoutos.accounts.hashing import Busy
from snoutos.accounts.models import User
from snoutos.adminkit import person
from snoutos.core import mail


def refusal(error: MustWait | Busy) -> HttpResponse:
    """429, and when to come back. No query, no session: a flood of sign-ins must cost next to nothing."""
    letter = isinstance(error, MustWait) and error.letter
    context = {"sentence": error.sentence, "letter": letter, "back": reverse("admin:login")}
    page = render_to_string("access/wait.html", context)
    answer = HttpResponse(page, status=error.status)
    answer["Retry-After"] = str(error.wait)
    return answer


class SignIn(LoginView):
    """The desk's sign-in. Who has to wait gets 429; a browser that signed in is known from then on."""

    authentication_form = SignInForm
    template_name = "access/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except (Busy, MustWait) as error:
            return refusal(error)

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": "Log in",
            "app_path": self.request.get_full_path(),
            "username": self.request.user.get_username(),
            "can_leave": mail.can_leave(),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        user: User = form.get_user()
        known = devices.known(self.request, user) is not None
        with transaction.atomic(), recording(actor=Actor.user(user.pk), at=timezone.now()) as trail:
            login(self.request, user)
            trail.record(
                events.auth_signed_in(
                    organization_id=user.organization_id,
                    user_id=user.pk,
                    known_browser=known,
                    network=networks.network_word(self.request),
                )
            )
        answer = HttpResponseRedirect(self.get_success_url())
        devices.remember(answer, self.request, user)
        return answer


class SignOut(LogoutView):
    """Ends the session, and says so in the trail."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            with transaction.atomic(), recording(actor=Actor.user(user.pk), at=timezone.now()) as trail:
                trail.record(events.auth_signed_out(organization_id=user.organization_id, user_id=user.pk))
            # The trail is written by now, with the session that ends here.
            logout(request)
        return super().post(request, *args, **kwargs)


class OwnPassword(PasswordChangeView):
    """A member's own new password; their other sessions end."""

    form_class = OwnPasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Busy as error:
            return refusal(error)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: Any) -> HttpResponse:
        user = person(self.request)
        with transaction.atomic(), recording(actor=Actor.user(user.pk), at=timezone.now()) as trail:
            answer = super().form_valid(form)
            trail.record(events.auth_password_changed(organization_id=user.organization_id, user_id=user.pk))
        return answer


@never_cache
@csrf_protect
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter. Opening it shows a button; only the button uses it up, so no mail scanner can."""
    at = timezone.now()
    context = {**admin.site.each_context(request), "title": "Sign in without waiting"}
    try:
        if request.method != "POST":
            unlocking.find(token, at)
            return TemplateResponse(request, "access/unlock.html", context)
        user = unlocking.use(token, at)
    except LinkIsOver as refusal:
        return TemplateResponse(
            request, "access/unlock.html", {**context, "refusal": refusal.sentence}, status=refusal.status
        )
    messages.success(request, "Thanks. Sign in now: this browser doesn't have to wait.")
    answer = HttpResponseRedirect(reverse("admin:login"))
    devices.remember(answer, request, user)
    return answer
