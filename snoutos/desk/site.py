"""The admin site of owners and staff: it begins with the inbox, and finds only what belongs to their
business."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from snoutos.adminkit.unfold import COMMAND_RESULTS, SEARCH_RESULTS, AdminSite


class Desk(AdminSite):  # type: ignore[misc]
    """One organization's desk: whoever signs in sees their own business and nothing of another."""

    site_header = "SnoutOS"
    site_title = "SnoutOS"
    index_title = "Inbox"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Owners and staff of an active organization."""
        user = request.user
        return bool(
            user.is_authenticated
            and user.is_active
            and user.is_staff
            and user.organization is not None
            and user.organization.is_active
        )

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows: also whether background work stands still."""
        from snoutos.desk import standing

        context: dict[str, Any] = super().each_context(request)
        return {**context, "standing": standing.notice() if self.has_permission(request) else None}

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The only page that takes a password from somebody who is not signed in."""
        from snoutos.access.views import SignIn

        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        return SignIn.as_view()(request)

    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """By POST, as Django has it."""
        from snoutos.access.views import SignOut

        context = {**self.each_context(request), "has_permission": False, **(extra_context or {})}
        return SignOut.as_view(template_name="registration/logged_out.html", extra_context=context)(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """A member's own password."""
        from snoutos.access.views import OwnPassword

        context = {**self.each_context(request), **(extra_context or {})}
        view = OwnPassword.as_view(
            template_name="registration/password_change_form.html",
            success_url=reverse("admin:password_change_done"),
            extra_context=context,
        )
        return view(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in lands on the inbox."""
        from snoutos.desk.views import inbox

        return inbox.show(request)

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The palette. Unfold's own keeps results by user and term, also after the user lost what they
        show."""
        from snoutos.desk import palette

        search = " ".join(request.GET.get("s", "").replace("\0", "").split())[:100]
        pages = Paginator(palette.find(request, search), 100)
        template = COMMAND_RESULTS if "extended" in request.GET else SEARCH_RESULTS
        context = {"page_obj": pages, "results": pages.page(1), "page_counter": 0, "execution_time": 0}
        return TemplateResponse(request, template, context, headers={"HX-Trigger": "search"})

    def get_urls(self) -> list[Any]:
        """With the links past a lock and to a password, which are for nobody yet, as the sign-in is."""
        from snoutos.access import passwords
        from snoutos.access.views import unlock

        return [
            path("unlock/<str:token>/", unlock, name="unlock"),
            path("forgot-password/", passwords.forgotten, name="forgot_password"),
            path("set-password/<str:token>/", passwords.choose, name="set_password"),
            *super().get_urls(),
        ]

    def extra_urls(self) -> list[URLPattern]:
        """The desk's own pages. Everything is named by public id."""
        from snoutos.desk import routes

        page = self.admin_view
        return [
            *routes.conversation_urls(page),
            *routes.people_urls(page),
            *routes.visit_urls(page),
            *routes.number_urls(page),
            *routes.review_urls(page),
            *routes.settings_urls(page),
            *routes.automation_urls(page),
        ]
