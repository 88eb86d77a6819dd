"""Deciding about a text that may ask for no more texts. One decision each: who comes second is told, and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import alerts, locks
from messaging.consent import revocations
from messaging.consent.standing import Change, apply
from messaging.errors import AlreadyReviewed
from messaging.models import Participant, Revocation
from messaging.models.consent import ConsentKind, ConsentSource, RevocationState
from messaging.models.threads import LeftReason
from messaging.outbound.queue import opt_out_confirmation
from messaging.people import participants
from policy.revocation import language_of
from snoutos.accounts.models import User

AT_ONCE = 500


def opt_out(revocation: Revocation, *, by: User, at: datetime) -> Revocation:
    """They meant it: no more texts from any of the business' numbers, what is queued is canceled, and they hear it once.

    Raises AlreadyReviewed when somebody, or the person's own STOP or START, decided before.
    """
    with _deciding(revocation, by, at) as row:
        said = row.message
        assert said.participant is not None  # noqa: S101  (it came from a phone)
        applied = apply(
            Change(
                organization_id=row.organization_id,
                e164=row.e164,
                kind=ConsentKind.OPTED_OUT,
                source=ConsentSource.REVIEW,
                at=at,
                message=said,
                by=by,
            )
        )
        if applied.is_new_opt_out:
            language = language_of(said.body) or "en"
            opt_out_confirmation.send(applied.kept, _where_now(said.participant), language=language, at=at)
    revocation.refresh_from_db()
    return revocation


def not_meant(revocation: Revocation, *, by: User, at: datetime) -> Revocation:
    """They did not mean it: automatic texts go to them again. Raises AlreadyReviewed as `opt_out` does."""
    with _deciding(revocation, by, at) as row:
        revocations.finish(row, RevocationState.NOT_MEANT, by=by, change=None, at=at)
    revocation.refresh_from_db()
    return revocation


def remind(at: datetime) -> int:
    """Remind owners of what waits since one business day, and since eight. Several ticks at once do no harm. Returns how many."""
    due = Revocation.objects.filter(state=RevocationState.OPEN, remind_at__lte=at)
    reminded = 0
    for pk in list(due.order_by("remind_at").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic(), recording(actor=Actor.system(), at=at):
            free = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
            row = free.select_related("organization", "message").filter(pk=pk).first()
            if row is not None:
                _remind(row, at)
                reminded += 1
    return reminded


def _remind(row: Revocation, at: datetime) -> None:
    row.remind_at = revocations.remind_next(row, at)
    row.save(update_fields=["remind_at"])
    days = revocations.REMINDERS[-1] if row.remind_at is None else revocations.REMINDERS[0]
    current().alert(
        alerts.revocation(
            organization_id=row.organization_id,
            thread_id=row.message.thread_id,
            revocation_id=row.pk,
            days=days,
        )
    )


@contextmanager
def _deciding(revocation: Revocation, by: User, at: datetime) -> Iterator[Revocation]:
    """The open item, with its phone and its conversation held; what is decided inside is one transaction."""
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        locks.phone(revocation.organization_id, revocation.e164)
        locks.thread(revocation.message.thread_id)
        row: Revocation = Revocation.objects.select_related(
            "message__thread", "message__participant__number", "message__participant__organization"
        ).get(pk=revocation.pk)
        if row.state != RevocationState.OPEN:
            raise AlreadyReviewed
        yield row


def _where_now(party: Participant) -> Participant:
    """How the phone takes part by now: its conversation may have moved to another number since."""
    if party.left_reason != LeftReason.MOVED:
        return party
    return participants.where_it_moved(party) or party
