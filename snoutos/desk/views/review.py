"""The review queue, its items, and the decision about one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit import events
from audit.record import Actor, recording
from messaging.errors import AlreadyReviewed
from messaging.models import Message
from messaging.outbound.segments import MAX_CHARACTERS
from messaging.review import verbs
from policy.models import AllowedContact
from snoutos.desk import review
from snoutos.desk.forms import AllowForm, DecisionForm
from snoutos.desk.visit import Visit, desk_page
from snoutos.problems import Problem

DONE = {
    "approve": "Approved and on its way.",
    "edit": "Edited and on its way.",
    "reject": "Rejected. The sitter is told that it was not sent.",
    "dismiss": "Marked as a false alarm and on its way.",
}


@require_safe
@desk_page
def show_queue(visit: Visit) -> HttpResponse:
    """What waits, oldest first."""
    context: dict[str, Any] = {"waiting": review.queue(visit)}
    if "fragment" in visit.request.GET:
        return visit.fragment("desk/_queue.html", context)
    context["fragment_url"] = f"{reverse('admin:review')}?fragment=queue"
    return visit.page("desk/review.html", context, title="Review")


@require_safe
@desk_page
def show_item(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """One held text, or how it was decided."""
    return _page(visit, _found(visit, public_id))


@require_POST
@desk_page
def decide(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Do what the owner decided and open the next one. Somebody else's earlier decision stands, and this
    person is told."""
    message = _found(visit, public_id)
    form = DecisionForm(visit.request.POST, organization=visit.organization)
    if not form.is_valid():
        return _page(visit, message, faults=form.faults, status=422)
    after = review.following(visit, message)
    try:
        _decide(visit, message, form.cleaned_data)
    except AlreadyReviewed as already:
        return _page(visit, _found(visit, public_id), faults=[already.sentence], status=already.status)
    except Problem as problem:
        return _page(visit, message, faults=[problem.sentence], status=problem.status)
    messages.success(visit.request, DONE[form.cleaned_data["decision"]])
    return HttpResponseRedirect(review.url(after) if after else reverse("admin:review"), status=303)


@require_POST
@desk_page
def allow(visit: Visit, public_id: uuid.UUID) -> HttpResponse:
    """Let a number or domain through from now on; the text itself still waits for a decision."""
    message = _found(visit, public_id)
    form = AllowForm(
        visit.request.POST, instance=AllowedContact(organization=visit.organization, added_by=visit.user)
    )
    if not form.is_valid():
        return _page(visit, message, faults=form.faults, status=422)
    try:
        _allow(visit, form)
    except ValidationError as error:
        return _page(visit, message, faults=list(error.messages), status=422)
    messages.success(visit.request, "Allowed from now on. Decide about this text too.")
    return HttpResponseRedirect(review.url(message), status=303)


def _found(visit: Visit, public_id: uuid.UUID) -> Message:
    message = review.find(visit, public_id)
    if message is None:
        raise Http404
    return message


def _decide(visit: Visit, message: Message, data: dict[str, Any]) -> None:
    if data["decision"] == "approve":
        verbs.approve(message, by=visit.user, at=visit.at)
    elif data["decision"] == "edit":
        verbs.edit_and_send(message, by=visit.user, body=data["body"], at=visit.at)
    elif data["decision"] == "reject":
        verbs.reject(message, by=visit.user, note=data["note"], at=visit.at)
    else:
        verbs.dismiss(message, by=visit.user, at=visit.at)


def _allow(visit: Visit, form: AllowForm) -> None:
    """Store the exception with its event. Raises ValidationError when it is there already."""
    with transaction.atomic(), recording(actor=Actor.user(visit.user.pk), at=visit.at) as trail:
        entry = form.save()
        trail.record(
            events.policy_allowed_added(
                organization_id=visit.organization.pk, entry_id=entry.pk, kind=entry.kind
            )
        )


def _page(
    visit: Visit, message: Message, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "item": review.item(visit, message),
        "faults": faults or [],
        "typed": visit.request.POST.dict(),
        "rejections": review.REJECTIONS,
        "most": MAX_CHARACTERS,
    }
    return visit.page("desk/review_item.html", context, title="Review", status=status)
