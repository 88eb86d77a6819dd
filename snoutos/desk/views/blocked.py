"""The page “Blocked phones”: whose texts are kept and read by nobody, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from messaging import permissions as may
from messaging.models import Participant
from messaging.models.phones import display
from messaging.people import naming
from snoutos.desk.request import DeskRequest, desk_page

MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One phone. `can_unblock`: it takes part in a conversation now; of one that doesn't, only the conversation is shown."""

    phone: str
    name: str
    conversation: UUID
    can_unblock: bool


@require_safe
@desk_page(may.BLOCK)
def show(desk: DeskRequest) -> HttpResponse:
    """Every blocked phone once, whichever of our numbers it wrote to; the newest first."""
    context = {"rows": rows(desk)[:MOST]}
    return desk.page("desk/blocked.html", context, title="Blocked phones")


def rows(desk: DeskRequest) -> list[Row]:
    """By the conversation that a phone takes part in, else its last."""
    blocked = (
        Participant.objects.of(desk.organization)
        .filter(is_blocked=True)
        .select_related("thread__client", "client")
        .order_by(F("left_at").desc(nulls_first=True), "-pk")
    )
    by_phone: dict[str, Participant] = {}
    for party in blocked:
        by_phone.setdefault(party.e164, party)
    return [
        Row(
            phone=display(e164),
            name=naming.name_of(party.thread, party).name,
            conversation=party.thread.public_id,
            can_unblock=party.left_at is None,
        )
        for e164, party in by_phone.items()
    ]
