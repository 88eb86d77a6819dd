"""One text that may ask for no more texts, and the decision about it."""

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
from messaging.models import Revocation
from messaging.review import revocations as deciding
from snoutos.core.problems import Problem
from snoutos.desk import revocations
from snoutos.desk.request import DeskRequest, desk_page

DONE = {
    "opt_out": "Opted out. No more texts go to them, and they get one confirmation.",
    "not_meant": "Marked as not meant. Automations text them again.",
}


@require_safe
@desk_page(may.SEE_REVIEW)
def show(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """The text, what was said before it, and the two decisions; or how it was decided."""
    row = _found(desk, public_id)
    if desk.request.method == "GET":
        opened = events.access_conversation_opened(
            organization_id=desk.organization.pk, thread_id=row.message.thread_id
        )
        looks.note(opened, by=desk.user, at=desk.at)
    return _page(desk, row)


@require_POST
@desk_page(may.DECIDE_REVOCATION)
def decide(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Do what was decided and open the next one. An earlier decision stands, and this person is told."""
    row = _found(desk, public_id)
    verbs = {"opt_out": deciding.opt_out, "not_meant": deciding.not_meant}
    decision = desk.request.POST.get("decision", "")
    if decision not in verbs:
        return _page(desk, row, faults=["Choose: opt them out, or say it wasn't meant."], status=422)
    after = revocations.following(desk, row)
    try:
        verbs[decision](row, by=desk.user, at=desk.at)
    except AlreadyReviewed as already:
        return _page(desk, _found(desk, public_id), faults=[already.sentence], status=already.status)
    except Problem as problem:
        return _page(desk, row, faults=[problem.sentence], status=problem.status)
    messages.success(desk.request, DONE[decision])
    return HttpResponseRedirect(revocations.url(after) if after else reverse("admin:review"), status=303)


def _found(desk: DeskRequest, public_id: uuid.UUID) -> Revocation:
    row = revocations.find(desk, public_id)
    if row is None:
        raise Http404
    return row


def _page(
    desk: DeskRequest, row: Revocation, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"item": revocations.item(desk, row), "faults": faults or []}
    return desk.page("desk/revocation.html", context, title="No more texts?", status=status)
