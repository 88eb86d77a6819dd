"""The same thing done with several numbers: what it would do to each is shown first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import CharField, ChoiceField
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.models import MessageNumber
from messaging.models.numbers import NumberRole
from messaging.models.phones import display
from messaging.numbers.lifecycle import LONGEST_REASON
from messaging.phones import several
from messaging.phones.several import Deed, Outcome
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page


class SeveralNumbersForm(forms.DeskForm):
    """What is done with several numbers takes a role, a reason or a label, according to `deed`."""

    role = ChoiceField(choices=NumberRole.choices, required=False)
    reason = CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages=forms.VacatingForm.base_fields["reason"].error_messages,
    )

    label = CharField(
        max_length=80,
        required=False,
        error_messages=forms.OwnedNumberForm.base_fields["label"].error_messages,
    )

    def __init__(self, *args: Any, deed: Deed, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].required = deed is Deed.ROLE
        self.fields["reason"].required = deed is Deed.PAUSE


@dataclass(frozen=True, slots=True)
class Words:
    """How it is called: as a title, as a button, and when it is done."""

    title: str
    button: str
    done: str


_WORDS = {
    Deed.ROLE: Words("Change the role of several numbers", "Change role", "Role changed"),
    Deed.PAUSE: Words("Pause several numbers", "Pause numbers", "Paused"),
    Deed.LABEL: Words("Change the label of several numbers", "Change label", "Label changed"),
    Deed.WEBHOOKS: Words("Set the webhooks of several numbers", "Set webhooks", "Webhooks set"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def show(desk: DeskRequest) -> HttpResponse:
    """What it would do to each number that is named; a POST does it."""
    asked = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    try:
        deed = Deed(asked.get("do", ""))
    except ValueError as error:
        raise Http404 from error
    numbers = _chosen(desk, asked.getlist("number"))
    role = asked.get("role") if asked.get("role") in NumberRole.values else NumberRole.POOL.value
    if desk.request.method != "POST":
        return _page(desk, numbers, deed, role or "")
    form = SeveralNumbersForm(desk.request.POST, organization=desk.organization, deed=deed)
    if not form.is_valid():
        return _page(desk, numbers, deed, role or "", faults=form.faults, status=422)
    try:
        outcome = several.do(numbers, deed, **form.cleaned_data, by=desk.user, at=desk.at)
    except Problem as problem:
        return _page(desk, numbers, deed, role or "", faults=[problem.sentence], status=problem.status)
    _say(desk, deed, outcome)
    return HttpResponseRedirect(reverse("admin:messaging_messagenumber_changelist"), status=303)


def _chosen(desk: DeskRequest, named: Sequence[str]) -> list[MessageNumber]:
    """The business' own numbers among those named, in the order of the list."""
    wanted = set(named[: several.AT_MOST])
    rows = MessageNumber.objects.of(desk.organization).select_related("organization", "sitter")
    numbers = [one for one in rows.order_by("role", "e164", "pk") if str(one.public_id) in wanted]
    if not numbers:
        raise Http404
    return numbers


def _say(desk: DeskRequest, deed: Deed, outcome: Outcome) -> None:
    if outcome.done:
        messages.success(desk.request, f"{_WORDS[deed].done}: {outcome.done}.")
    for number, why in outcome.refused:
        messages.error(desk.request, f"{display(number.e164)}: {why}")


def _page(
    desk: DeskRequest,
    numbers: list[MessageNumber],
    deed: Deed,
    role: str,
    *,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    planned = several.preview(numbers, deed, role=role, at=desk.at)
    context = {
        "deed": deed.value,
        "words": _WORDS[deed],
        "planned": planned,
        "some_done": any(not one.refused for one in planned),
        "roles": NumberRole.choices,
        "role": role,
        "role_name": NumberRole(role).label,
        "reason": desk.request.POST.get("reason", ""),
        "label": desk.request.POST.get("label", ""),
        "days": desk.organization.number_cooldown_days,
        "faults": faults,
    }
    return desk.page("desk/numbers_together.html", context, title=_WORDS[deed].title, status=status)
