"""The review queue, its items, and the decision about one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit import looks
from messaging import events
from messaging import permissions as may
from messaging.errors import AlreadyReviewed
from messaging.models import Message
from messaging.models.messages import MessageState
from messaging.outbound.queue.segments import MAX_CHARACTERS
from messaging.review import allowing, decisions, together
from policy.permissions import CHANGE_ALLOWED
from snoutos.core.problems import Problem
from snoutos.desk import review, revocations
from snoutos.desk.forms import AllowForm, DecisionForm, TogetherForm
from snoutos.desk.request import DeskRequest, desk_page

DONE = {
    "approve": "Approved and sending.",
    "edit": "Edited and sending.",
    "reject": "Rejected. The sitter is told it wasn't sent.",
    "dismiss": "Marked as a false alarm and sending.",
}


@require_safe
@desk_page(may.SEE_REVIEW)
def show_queue(desk: DeskRequest) -> HttpResponse:
    """What waits, oldest first."""
    return _queue(desk)


def _queue(desk: DeskRequest, *, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    waiting = review.queue(desk)
    context: dict[str, Any] = {
        "asked": revocations.queue(desk),
        "waiting": waiting,
        "alike": review.alike(waiting),
        "faults": faults or [],
    }
    if "fragment" in desk.request.GET:
        return desk.fragment("desk/_queue.html", context)
    context["fragment_url"] = f"{reverse('admin:review')}?fragment=queue"
    return desk.page("desk/review.html", context, title="Review", status=status)


@require_safe
@desk_page(may.SEE_REVIEW)
def show_item(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """One held text, or how it was decided."""
    message = _found(desk, public_id)
    if desk.request.method == "GET":
        opened = events.access_conversation_opened(
            organization_id=desk.organization.pk, thread_id=message.thread_id
        )
        looks.note(opened, by=desk.user, at=desk.at)
    return _page(desk, message)


@require_POST
@desk_page(may.DECIDE)
def decide(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Do what the owner decided and open the next one. Somebody else's earlier decision stands, and this
    person is told."""
    message = _found(desk, public_id)
    form = DecisionForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, message, faults=form.faults, status=422)
    after = review.following(desk, message)
    try:
        _decide(desk, message, form.cleaned_data)
    except AlreadyReviewed as already:
        return _page(desk, _found(desk, public_id), faults=[already.sentence], status=already.status)
    except Problem as problem:
        return _page(desk, message, faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, DONE[form.cleaned_data["decision"]])
    return HttpResponseRedirect(review.url(after) if after else reverse("admin:review"), status=303)


@require_POST
@desk_page(CHANGE_ALLOWED)
def allow(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a number or domain through from now on; a text that was held for nothing else leaves."""
    message = _found(desk, public_id)
    form = AllowForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _page(desk, message, faults=form.faults, status=422)
    after = review.following(desk, message)
    try:
        done = allowing.allow(message, by=desk.user, at=desk.at, **form.cleaned_data)
    except Problem as problem:
        return _page(desk, message, faults=[problem.sentence], status=problem.status)
    if done.refused is not None:
        messages.warning(
            desk.request, f"Allowed from now on. This text is still held: {done.refused.sentence}"
        )
    elif done.message.state == MessageState.HELD:
        messages.success(
            desk.request,
            "Allowed from now on. Screening found something else in this text, so it still needs your decision.",
        )
    else:
        messages.success(desk.request, "Allowed from now on. The text is sending.")
        return HttpResponseRedirect(review.url(after) if after else reverse("admin:review"), status=303)
    return HttpResponseRedirect(review.url(message), status=303)


@require_POST
@desk_page(may.DECIDE)
def approve_together(desk: DeskRequest) -> HttpResponse:
    """Approve the texts that the form names, all of one sender and kind; then the queue, with what is left."""
    form = TogetherForm(desk.request.POST, organization=desk.organization)
    if not form.is_valid():
        return _queue(desk, faults=form.faults, status=422)
    try:
        done = together.approve(list(form.cleaned_data["messages"]), by=desk.user, at=desk.at)
    except Problem as problem:
        return _queue(desk, faults=[problem.sentence], status=problem.status)
    if done.approved:
        count = len(done.approved)
        messages.success(desk.request, f"{count} {'text' if count == 1 else 'texts'} approved and sending.")
    for sentence in dict.fromkeys(error.sentence for _, error in done.left):
        messages.warning(desk.request, sentence)
    return HttpResponseRedirect(reverse("admin:review"), status=303)


def _found(desk: DeskRequest, public_id: uuid.UUID) -> Message:
    message = review.find(desk, public_id)
    if message is None:
        raise Http404
    return message


def _decide(desk: DeskRequest, message: Message, data: dict[str, Any]) -> None:
    if data["decision"] == "approve":
        decisions.approve(message, by=desk.user, at=desk.at)
    elif data["decision"] == "edit":
        decisions.edit_and_send(message, by=desk.user, body=data["body"], at=desk.at)
    elif data["decision"] == "reject":
        decisions.reject(message, by=desk.user, note=data["note"], at=desk.at)
    else:
        decisions.dismiss(message, by=desk.user, at=desk.at)


def _page(
    desk: DeskRequest, message: Message, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "item": review.item(desk, message),
        "may_allow": desk.may(CHANGE_ALLOWED),
        "faults": faults or [],
        "typed": desk.request.POST.dict(),
        "rejections": review.REJECTIONS,
        "most": MAX_CHARACTERS,
    }
    return desk.page("desk/review_item.html", context, title="Review", status=status)
