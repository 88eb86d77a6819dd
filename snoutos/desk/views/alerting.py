"""The page “Where alerts go”: a phone and addresses, each proven by a test. For owners."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging import permissions as may
from messaging.alerting import channels, proof
from messaging.alerting.channels import Channel
from messaging.errors import NoSuchAlertChannel
from messaging.models.phones import display
from snoutos.accounts.models import User
from snoutos.core import mail
from snoutos.core.problems import Problem
from snoutos.desk import hearing
from snoutos.desk.request import DeskRequest, desk_page


@require_safe
@desk_page(may.CHOOSE_ALERTING)
def show(desk: DeskRequest) -> HttpResponse:
    """Where alerts go, and whether it is proven. A test letter's link fills in its code; only the button confirms."""
    return _page(desk)


@require_POST
@desk_page(may.CHOOSE_ALERTING)
def save(desk: DeskRequest) -> HttpResponse:
    """Choose the phone and the addresses."""
    typed = desk.request.POST

    def choose() -> str:
        channels.choose(
            desk.organization,
            phone=typed.get("phone", ""),
            emails=re.split(r"[\s,;]+", typed.get("emails", "")),
            by=desk.user,
            at=desk.at,
        )
        return "Saved. Send a test to make sure it arrives."

    return _do(desk, choose)


@require_POST
@desk_page(may.CHOOSE_ALERTING)
def test(desk: DeskRequest) -> HttpResponse:
    """Send a test to one of the channels."""

    def send() -> str:
        channel = _chosen(desk)
        proof.test(desk.organization, channel, by=desk.user, at=desk.at)
        return f"A test is on its way to {channel.shown}. Enter the code from it."

    return _do(desk, send)


@require_POST
@desk_page(may.CHOOSE_ALERTING)
def confirm(desk: DeskRequest) -> HttpResponse:
    """The owner has the code of a test."""

    def prove() -> str:
        channel = _chosen(desk)
        code = desk.request.POST.get("code", "")
        proof.prove(desk.organization, channel, code, by=desk.user, at=desk.at)
        return f"It works: alerts go to {channel.shown}."

    return _do(desk, prove)


def _do(desk: DeskRequest, what: Callable[[], str]) -> HttpResponse:
    try:
        sentence = what()
    except Problem as problem:
        return _page(desk, fault=problem.sentence, status=problem.status)
    messages.success(desk.request, sentence)
    return HttpResponseRedirect(reverse("admin:alerting"), status=303)


def _page(desk: DeskRequest, *, fault: str = "", status: int = 200) -> HttpResponse:
    business, typed, asked = desk.organization, desk.request.POST, desk.request.GET
    business.refresh_from_db(fields=["alert_phone", "alert_emails"])
    phone = display(business.alert_phone) if business.alert_phone else ""
    context = {
        "rows": hearing.rows(desk, code=asked.get("code", "")[:6], channel_id=asked.get("channel", "")),
        "fault": fault,
        "phone": typed.get("phone", phone),
        "emails": typed.get("emails", "\n".join(business.alert_emails)),
        "mail_can_leave": mail.can_leave(),
        "members": [
            (display(one.phone), str(one))
            for one in User.objects.of(business).exclude(phone="").order_by("name", "email")
        ],
    }
    return desk.page("desk/alerting.html", context, title="Where alerts go", status=status)


def _chosen(desk: DeskRequest) -> Channel:
    typed = desk.request.POST
    for channel in channels.channels(desk.organization):
        if (channel.kind, channel.address) == (typed.get("kind"), typed.get("address")):
            return channel
    raise NoSuchAlertChannel
