"""The page “Your phone”: the phone by which the office's conversation with an owner or staff is known."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.errors import NotPossibleNow
from messaging.models.phones import display
from messaging.phones import members
from snoutos.accounts.models import User
from snoutos.core.problems import Problem
from snoutos.desk.request import DeskRequest, desk_page


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.CHANGE_MEMBER_PHONE)
def show(desk: DeskRequest) -> HttpResponse:
    """One's own phone, and a form that changes it or takes it off."""
    if desk.request.method != "POST":
        return _page(desk)
    typed = desk.request.POST.get("phone", "").strip()[:40]
    try:
        me = User.objects.get(pk=desk.user.pk)
        if desk.request.POST.get("shown", me.phone) != me.phone:
            raise NotPossibleNow("Someone else just changed this phone. Here it is as it is now.")
        members.change_phone(me, new=typed, by=desk.user, at=desk.at)
    except Problem as problem:
        return _page(desk, typed=typed, fault=problem.sentence, status=problem.status)
    messages.success(desk.request, "Saved." if typed else "Your phone is taken off.")
    return HttpResponseRedirect(reverse("admin:own_phone"), status=303)


def _page(desk: DeskRequest, *, typed: str | None = None, fault: str = "", status: int = 200) -> HttpResponse:
    phone = User.objects.get(pk=desk.user.pk).phone
    shown = display(phone) if phone else ""
    context = {"stored": phone, "phone": shown if typed is None else typed, "fault": fault}
    return desk.page("desk/own_phone.html", context, title="Your phone", status=status)
