"""The admin site of owners and staff: it begins with the inbox, and finds only what belongs to their
business."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class Desk(UnfoldAdminSite):  # type: ignore[misc]
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
        template = "command_results" if "extended" in request.GET else "search_results"
        context = {"page_obj": pages, "results": pages.page(1), "page_counter": 0, "execution_time": 0}
        return TemplateResponse(
            request, f"unfold/helpers/{template}.html", context, headers={"HX-Trigger": "search"}
        )

    def extra_urls(self) -> list[URLPattern]:
        """The desk's own pages. Everything is named by public id."""
        from snoutos.desk.routes import automation_urls
        from snoutos.desk.views import actions, conversation, inbox, review

        here, page = "conversations/<uuid:public_id>/", self.admin_view
        return [
            path("inbox/", page(inbox.show), name="inbox"),
            path(here, page(conversation.show), name="conversation"),
            path(f"{here}reply/", page(actions.reply), name="conversation_reply"),
            path(f"{here}note/", page(actions.note), name="conversation_note"),
            path(f"{here}assign/", page(actions.assign), name="conversation_assign"),
            path(
                f"{here}windows/<uuid:window_id>/end/",
                page(actions.end_window),
                name="conversation_end_window",
            ),
            path(f"{here}override/", page(actions.override), name="conversation_override"),
            path(
                f"{here}overrides/<uuid:override_id>/remove/",
                page(actions.remove_override),
                name="conversation_remove_override",
            ),
            path(f"{here}close/", page(actions.close), name="conversation_close"),
            path(f"{here}reopen/", page(actions.reopen), name="conversation_reopen"),
            path(f"{here}unread/", page(actions.unread), name="conversation_unread"),
            path(f"{here}link/<uuid:client_id>/", page(actions.link), name="conversation_link"),
            path(f"{here}new-client/", page(actions.new_client), name="conversation_new_client"),
            path("sent/<uuid:public_id>/<slug:what>/", page(actions.remedy), name="delivery_remedy"),
            path("media/<uuid:public_id>/", page(conversation.media), name="media"),
            path("review/", page(review.show_queue), name="review"),
            path("review/approve-together/", page(review.approve_together), name="review_together"),
            path("review/<uuid:public_id>/", page(review.show_item), name="review_item"),
            path("review/<uuid:public_id>/decide/", page(review.decide), name="review_decide"),
            path("review/<uuid:public_id>/allow/", page(review.allow), name="review_allow"),
            *automation_urls(page),
        ]
