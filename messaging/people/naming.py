"""Who is at the other end of a conversation, and how they are called: said once, for every page and answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from messaging.models import Participant, Thread
from messaging.models.phones import display
from messaging.models.threads import Role

UNKNOWN = "Unknown sender"
ALERTS_PHONE = "Alerts phone"


class Called(NamedTuple):
    """What to call somebody; whether anybody knows them (a name and not a phone)."""

    name: str
    is_known: bool


def outside(thread: Thread) -> Participant | None:
    """The party outside: who is in the conversation before who left last, and a sitter only where nobody else was.

    Uses `participants` where they were fetched with their numbers, sitters and members; one query otherwise.
    """
    fetched = "participants" in getattr(thread, "_prefetched_objects_cache", {})
    people = (
        thread.participants.all()
        if fetched
        else thread.participants.select_related("number", "sitter", "member")
    )
    return min(people, key=_order, default=None)


def outside_of(thread: str = "pk") -> Subquery:
    """The same for a list, as `{"e164", "role", "sitter", "member"}`; `thread` is its column in the outer query."""
    last = Case(When(role=Role.SITTER, then=1), default=0, output_field=IntegerField())
    people = Participant.objects.filter(thread=OuterRef(thread)).order_by(
        last, F("left_at").desc(nulls_first=True), "pk"
    )
    member = Coalesce(NullIf("member__name", Value("")), "member__email")
    shown = JSONObject(e164="e164", role="role", sitter="sitter__name", member=member)
    return Subquery(people.values(found=shown)[:1])


def name_of(thread: Thread, party: Participant | Mapping[str, Any] | None) -> Called:
    """What to call the party outside of `thread`: the client, the sitter or member who writes to the office, the alerts phone, or a phone.

    `party` comes from `outside`, or as a list has it from `outside_of`.
    """
    if thread.client is not None:
        return Called(str(thread.client), True)
    colleague, e164, role = _colleague_phone_and_role(party)
    if colleague:
        return Called(colleague, True)
    if role == Role.MEMBER:
        return Called(ALERTS_PHONE, True)
    return Called(display(e164) if e164 else UNKNOWN, False)


def _colleague_phone_and_role(party: Participant | Mapping[str, Any] | None) -> tuple[str, str, str]:
    if party is None:
        return "", "", ""
    if isinstance(party, Participant):
        return str(party.sitter or party.member or ""), party.e164, party.role
    return (
        str(party.get("sitter") or party.get("member") or ""),
        str(party.get("e164") or ""),
        str(party.get("role") or ""),
    )


def _order(person: Participant) -> tuple[bool, float, int]:
    left: datetime | None = person.left_at
    return person.role == Role.SITTER, -left.timestamp() if left else float("-inf"), person.pk
