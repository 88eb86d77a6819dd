"""How conversations and phones are named on the desk: by who is at the other end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Participant, Thread, Visit
from messaging.models.phones import display
from messaging.people.naming import name_of, outside
from snoutos import adminkit


def with_parties(threads: QuerySet[Any]) -> QuerySet[Any]:
    """Fetch what `called` needs with the rows."""
    parties = Prefetch("participants", queryset=_parties())
    return threads.select_related("client").prefetch_related(parties)


def fetch_parties(booked: Iterable[Booking]) -> None:
    """Fetch what `called_for` needs, for all of them at once."""
    alone = [one for one in booked if isinstance(one, AssignmentWindow)]
    prefetch_related_objects(alone, Prefetch("thread__participants", queryset=_parties()))


def _parties() -> QuerySet[Any]:
    return Participant.objects.select_related("number", "sitter", "member")


def called(thread: Thread) -> str:
    """Who is at the other end."""
    return name_of(thread, outside(thread)).name


def called_for(booking: Booking) -> str:
    """Whom a visit is for."""
    return booking.client.name if isinstance(booking, Visit) else called(booking.thread)


def called_at_length(thread: Thread) -> str:
    """As `called`, with the phone and the business number, which tell a client's conversations apart."""
    party = outside(thread)
    if party is None:
        return called(thread)
    number = party.number.label or display(party.number.e164)
    return f"{called(thread)}: {display(party.e164)} over {number}"


def conversation(thread: Thread | None, words: str = "") -> Any:
    """A link to the conversation, by its name when no words are given."""
    if thread is None:
        return "–"
    try:
        where = reverse("admin:conversation", args=[thread.public_id])
    except NoReverseMatch:
        return adminkit.link(thread, words or called(thread))
    return adminkit.linked(where, words or called(thread))


def new_conversation(**whom: object) -> str:
    """The desk's page that starts a conversation, with `client`, `sitter` or `member` (public id) or a `phone` chosen."""
    return f"{reverse('admin:conversation_new')}?{urlencode(whom)}"


class ThreadField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Choose a conversation by who is at the other end."""

    def label_from_instance(self, obj: Any) -> str:
        return called_at_length(obj)


def thread_choices(request: HttpRequest) -> QuerySet[Any]:
    """The organization's open conversations that sitters may have, newest first."""
    rows = adminkit.own_rows(Thread, adminkit.organization_of(request)).filter(kind="care", state="open")
    return with_parties(rows).order_by("-last_message_at", "-id")


def thread_initial(request: HttpRequest, initial: dict[str, Any]) -> dict[str, Any]:
    """`initial` with the conversation that the address names by its `public_id`."""
    if "thread" in initial:
        rows = thread_choices(request)
        asked = str(initial.pop("thread"))
        chosen = next((row.pk for row in rows if str(row.public_id) == asked), None)
        initial["thread"] = chosen
    return initial
