"""Two cards of one person become one: phones, conversations and everything else that names the one name the other from then on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import ManyToOneRel

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow
from messaging.models import Client, Thread, Visit
from messaging.people import covering
from messaging.timeline import notify_pages
from snoutos.accounts.models import User
from snoutos.core import timefmt

_GONE = "One of the two cards is gone: someone merged them a moment ago."


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What goes from the card that ends to the one that stays."""

    phones: int
    threads: int


def preview(kept: Client, gone: Client) -> Preview:
    """What merging would bring to `kept`'s card. Raises NotPossibleNow for one and the same."""
    _require_two(kept, gone)
    return Preview(phones=gone.phones.count(), threads=gone.threads.count())


def merge(kept: Client, gone: Client, *, by: User, at: datetime) -> Client:
    """`gone` was the same person as `kept`: all that is `gone`'s becomes `kept`'s, and `gone`'s card ends. Returns the card that stays.

    Name and zone are `kept`'s; pets, notes and vets' numbers of both stand on it. Conversations stay as they are, each with its own phone,
    and the visits of both reach all of them. Raises NotPossibleNow for one and the same, when somebody merged one of them a moment ago, or
    while a visit of the one is to be at the time of one of the other.
    """
    _require_two(kept, gone)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        theirs = gone.threads.values_list("pk", flat=True)
        try:
            held_threads = locks.threads_of_clients([kept.pk, gone.pk], also=theirs)
        except LookupError as error:
            raise NotPossibleNow(_GONE) from error
        threads = [thread for thread in held_threads.values() if thread.client_id == gone.pk]
        # With their keys: whatever is just being written for one of the two comes before, or waits and finds that card gone.
        rows = Client.objects.select_for_update().of(kept.organization_id)
        held = {row.pk: row for row in rows.filter(pk__in=[kept.pk, gone.pk]).order_by("pk")}
        if len(held) != 2:
            raise NotPossibleNow(_GONE)
        stays: Client = held[kept.pk]
        ends: Client = held[gone.pk]
        _let_visits_meet(stays, ends, at)
        _write_both(stays, ends)
        _point_at(stays, instead_of=ends)
        ends.delete()
        current().record(
            events.people_clients_merged(
                organization_id=stays.organization_id,
                client_id=stays.pk,
                merged_client_id=gone.pk,
                threads=len(threads),
            )
        )
        for thread in Thread.objects.filter(client=stays).order_by("pk"):
            covering.cover(thread, at)
        for thread in threads:
            notify_pages(thread)
        return stays


def _require_two(kept: Client, gone: Client) -> None:
    if kept.pk == gone.pk or kept.organization_id != gone.organization_id:
        raise NotPossibleNow("Choose another client: this is the same card.")


def _let_visits_meet(stays: Client, ends: Client, at: datetime) -> None:
    """See that no visit of the one is to be at the time of one of the other; what is over is history, whatever it overlaps."""
    both = Visit.objects.filter(client__in=[stays, ends], canceled_at__isnull=True)
    both.filter(ends_at__lte=at).update(was_over_when_merged=True)
    ahead = both.filter(ends_at__gt=at).select_related("sitter").order_by("starts_at", "pk")
    for first, second in itertools.pairwise(ahead):
        if second.starts_at < first.ends_at:
            when = timefmt.span(second.starts_at, second.ends_at, stays.organization.zone, at)
            raise NotPossibleNow(
                f"{first.sitter.name} and {second.sitter.name} both have a visit {when}, one on each card. "
                "Change one of the two first."
            )


def _write_both(stays: Client, ends: Client) -> None:
    limit = Client._meta.get_field("pets").max_length
    stays.pets = ", ".join(dict.fromkeys(one for one in (stays.pets, ends.pets) if one))[:limit]
    stays.notes = "\n\n".join(dict.fromkeys(one for one in (stays.notes, ends.notes) if one))
    stays.vet_phones = list(dict.fromkeys([*stays.vet_phones, *ends.vet_phones]))
    stays.timezone = stays.timezone or ends.timezone
    stays.save(update_fields=["pets", "notes", "vet_phones", "timezone"])


def _point_at(stays: Client, *, instead_of: Client) -> None:
    """Every row of every app that names the one names the other: what is added later is not forgotten."""
    for relation in Client._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            rows = relation.related_model._base_manager.filter(**{relation.field.name: instead_of})
            rows.update(**{relation.field.name: stays})
