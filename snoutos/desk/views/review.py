"""The review queue, its items, and the decision about one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from messaging.errors import AlreadyReviewed
from messaging.models import Message
from messaging.models.messages import MessageState
from messaging.outbound.segments import MAX_CHARACTERS
from messaging.review import allowing, together, verbs
from snoutos.desk import review
from snoutos.desk.forms import AllowForm, DecisionForm, TogetherForm
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
    return _queue(visit)


def _queue(visit: Visit, *, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    waiting = review.queue(visit)
    context: dict[str, Any] = {"waiting": waiting, "alike": review.alike(waiting), "faults": faults or []}
    if "fragment" in visit.request.GET:
        return visit.fragment("desk/_queue.html", context)
    context["fragment_url"] = f"{reverse('admin:review')}?fragment=queue"
    return visit.page("desk/review.html", context, title="Review", status=status)


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
    """Let a number or domain through from now on; a text that was held for nothing else leaves."""
    message = _found(visit, public_id)
    form = AllowForm(visit.request.POST, organization=visit.organization)
    if not form.is_valid():
        return _page(visit, message, faults=form.faults, status=422)
    after = review.following(visit, message)
    try:
        done = allowing.allow(message, by=visit.user, at=visit.at, **form.cleaned_data)
    except Problem as problem:
        return _page(visit, message, faults=[problem.sentence], status=problem.status)
    if done.refused is not None:
        messages.warning(visit.request, f"Allowed from now on. This text stays here: {done.refused.sentence}")
    elif done.message.state == MessageState.HELD:
        messages.success(
            visit.request, "Allowed from now on. Something else was found too, so decide about this text."
        )
    else:
        messages.success(visit.request, "Allowed from now on, and the text is on its way.")
        return HttpResponseRedirect(review.url(after) if after else reverse("admin:review"), status=303)
    return HttpResponseRedirect(review.url(message), status=303)


@require_POST
@desk_page
def approve_together(visit: Visit) -> HttpResponse:
    """Approve the texts that the form names, all of one sender and kind; then the queue, with what is left."""
    form = TogetherForm(visit.request.POST, organization=visit.organization)
    if not form.is_valid():
        return _queue(visit, faults=form.faults, status=422)
    try:
        done = together.approve(list(form.cleaned_data["messages"]), by=visit.user, at=visit.at)
    except Problem as problem:
        return _queue(visit, faults=[problem.sentence], status=problem.status)
    if done.approved:
        count = len(done.approved)
        messages.success(
            visit.request, f"{count} {'text' if count == 1 else 'texts'} approved and on the way."
        )
    for sentence in dict.fromkeys(error.sentence for _, error in done.left):
        messages.warning(visit.request, sentence)
    return HttpResponseRedirect(reverse("admin:review"), status=303)


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
