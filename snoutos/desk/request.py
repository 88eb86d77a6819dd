"""One request of somebody at the desk: who, for which business, when. Every page of the desk begins with
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from snoutos.accounts.models import Organization, User
from snoutos.accounts.permissions import Permission

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """`organization` is the signed-in person's own: no page takes it from the request."""

    request: HttpRequest
    user: User
    organization: Organization
    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The business' zone, in which every time is shown and typed."""
        return self.organization.zone

    def may(self, permission: Permission) -> bool:
        """Whether whoever signed in may use that verb, so that pages offer it."""
        return permission.allows(self.user)

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied unless they may."""
        if not self.may(permission):
            raise PermissionDenied

    def page(self, template: str, context: dict[str, Any], *, title: str, status: int = 200) -> HttpResponse:
        """A page of the desk with its menu."""
        shell = admin.site.each_context(self.request)
        return render(self.request, template, {**shell, "title": title, **context}, status=status)

    def fragment(self, template: str, context: dict[str, Any]) -> HttpResponse:
        """A part of a page, fetched again by its script; never kept by anybody on the way."""
        response = render(self.request, template, context)
        response["Cache-Control"] = "no-store"
        return response


View = Callable[Concatenate[DeskRequest, Arguments], HttpResponse]
Page = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def desk_page(*may: Permission) -> Callable[[View[Arguments]], Page[Arguments]]:
    """Run a view with a `DeskRequest`, in the business' time zone, for whom the verb's permission allows. The site's `admin_view` has
    checked who it is.

    A page of several verbs names all their permissions: it opens for whoever has one, and asks `desk.require` for the one at hand.
    """

    def decorate(view: View[Arguments]) -> Page[Arguments]:
        @wraps(view)
        def run(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
            user = request.user
            if not isinstance(user, User) or user.organization is None:
                raise PermissionDenied
            if not any(one.allows(user) for one in may):
                raise PermissionDenied
            with timezone.override(user.organization.zone):
                return view(DeskRequest(request, user, user.organization, timezone.now()), *args, **kwargs)

        run.may = may  # type: ignore[attr-defined]
        return run

    return decorate
