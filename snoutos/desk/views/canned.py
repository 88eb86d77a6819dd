"""What a canned reply says in a conversation, for the script that puts it where somebody writes."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from automations import permissions as may
from snoutos.desk import canned
from snoutos.desk.request import DeskRequest, desk_page
from snoutos.desk.views.conversation import found


@require_safe
@desk_page(may.SEE_CANNED_REPLIES)
def filled(desk: DeskRequest, public_id: uuid.UUID, reply: uuid.UUID) -> HttpResponse:
    """`{"text": …, "missing": …}`: one of them is empty. Nobody on the way keeps it: it has the client's name in it."""
    says = canned.picked(desk, found(desk, public_id), reply)
    if says is None:
        raise Http404
    response = JsonResponse({"text": says.text, "missing": says.missing})
    response["Cache-Control"] = "no-store"
    return response
