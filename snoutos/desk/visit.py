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

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class Visit:
    """`organization` is the signed-in person's own: no page takes it from the request."""

    request: HttpRequest
    user: User
    organization: Organization
    at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The business' zone, in which every time is shown and typed."""
        return self.organization.zone

    def page(self, template: str, context: dict[str, Any], *, title: str, status: int = 200) -> HttpResponse:
        """A page of the desk with its menu."""
        shell = admin.site.each_context(self.request)
        return render(self.request, template, {**shell, "title": title, **context}, status=status)

    def fragment(self, template: str, context: dict[str, Any]) -> HttpResponse:
        """A part of a page, fetched again by its script; never kept by anybody on the way."""
        response = render(self.request, template, context)
        response["Cache-Control"] = "no-store"
        return response


def desk_page(
    view: Callable[Concatenate[Visit, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """Run `view` with a `Visit`, in the business' time zone. The site's `admin_view` has checked who it
    is."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        user = request.user
        if not isinstance(user, User) or user.organization is None:
            raise PermissionDenied
        with timezone.override(user.organization.zone):
            return view(Visit(request, user, user.organization, timezone.now()), *args, **kwargs)

    return run
