"""Adding the rows of an import: started once, then worked on in batches by whoever comes, until no row is left.

A batch is one transaction that holds the import: whom its rows made and what became of them are committed together, so a worker that dies
leaves whole rows only, and the next one goes on. Nobody waits for a held import: whoever finds one leaves it to its worker.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.record import Actor, current, recording
from messaging import events, publish
from messaging.consent import given
from messaging.consent.given import Given
from messaging.errors import ConsentInTheFuture, ConsentWithdrawn, NotPossibleNow, OptedOut
from messaging.models import Client, ClientPhone, ImportedRow, PeopleImport, Sitter
from messaging.models.imports import ImportKind, ImportState, RowState
from messaging.people import many, ownership
from messaging.people.many import NewPerson
from messaging.spreadsheets import rows as written
from messaging.spreadsheets import undoing
from messaging.spreadsheets.judging import WITHDRAWN, Verdict, by_phones, refused
from messaging.spreadsheets.people import Person, Reading, Unusable
from messaging.spreadsheets.uploads import count, held_draft, reading_of
from snoutos.accounts.models import User
from snoutos.core.dberrors import repeat

log = structlog.get_logger(__name__)

TASK = "messaging.tasks.go_on_with_import"
BATCH = 200
# A long import lets others' work in between.
SECONDS = 5.0


def start(people_import: PeopleImport, *, by: User, at: datetime) -> PeopleImport:
    """Add the rows that can be added, in the background. Raises NotPossibleNow when it was started already, or no row can be."""
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        draft = held_draft(people_import)
        waiting = draft.rows.filter(state=RowState.NEW).count()
        if not waiting:
            raise NotPossibleNow("No row of this file can be added.")
        draft.state, draft.started_at, draft.ordered_by = ImportState.RUNNING, at, by
        draft.save(update_fields=["state", "started_at", "ordered_by"])
        current().record(
            events.people_import_started(
                organization_id=draft.organization_id, import_id=draft.pk, kind=draft.kind, rows=waiting
            )
        )
        publish.on_commit(TASK, draft.pk)
        return draft


def go_on(import_id: int) -> None:
    """Work on an import for some seconds, a batch at a time; rings for the rest. Nothing while somebody else works on it."""
    until = time.monotonic() + SECONDS
    while repeat(lambda: _batch(import_id)):
        if time.monotonic() > until:
            publish.on_commit(TASK, import_id)
            return


def go_on_with_all() -> None:
    """Work on every import that is not over: what a ring was lost for, and what a worker that died left.

    One that fails keeps no other from going on; the doctor names it while it stands still (`import.stuck`).
    """
    due = PeopleImport.objects.filter(state__in=(ImportState.RUNNING, ImportState.UNDOING))
    for import_id in due.order_by("pk").values_list("pk", flat=True):
        try:
            go_on(import_id)
        except Exception as error:
            # The error's words may quote a person: only its type is kept.
            log.error("import.failed", import_id=import_id, error=type(error).__name__)


def _batch(import_id: int) -> bool:
    """One batch; whether more may be left."""
    with transaction.atomic():
        free = PeopleImport.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        mine: PeopleImport | None = (
            free.select_related("organization", "ordered_by").filter(pk=import_id).first()
        )
        if mine is None or not mine.is_at_work:
            return False
        with recording(actor=Actor.person(mine.ordered_by), at=timezone.now()):
            work = _add if mine.state == ImportState.RUNNING else undoing.remove
            return work(mine, timezone.now())


def _add(mine: PeopleImport, at: datetime) -> bool:
    rows = list(mine.rows.filter(state=RowState.NEW).order_by("number")[:BATCH])
    if not rows:
        _finish(mine, at)
        return False
    reading = reading_of(mine)
    read = [(row, person) for row in rows if (person := _read(reading, row)) is not None]
    create = many.create_clients if mine.kind == ImportKind.CLIENTS else many.create_sitters
    people = [_new(person) for _, person in read]
    made = create(organization=mine.organization, people=people, by=mine.ordered_by, at=at)
    for (row, person), one in zip(read, made, strict=True):
        _note(mine, row, person, one)
    _record_consent(mine, read, at)
    written.write(rows)
    return True


def _record_consent(mine: PeopleImport, read: Sequence[tuple[ImportedRow, Person]], at: datetime) -> None:
    """What those who were added agreed to, phone by phone; who opted out since the preview is told with the row."""
    by = mine.ordered_by
    agreed = {
        row.client_id: (row, person.agreement) for row, person in read if row.client_id and person.agreement
    }
    phones = ClientPhone.objects.of(mine.organization_id).filter(client__in=agreed).select_related("client")
    recorded = set()
    for phone in phones.order_by("pk") if agreed and by is not None else ():
        row, agreement = agreed[phone.client_id]
        said = Given(
            purpose=agreement.purpose, channel=agreement.channel, at=agreement.at, wording=agreement.wording,
            evidence=": ".join(filter(None, (f"Row {row.number} of {mine.file_name or 'an import'}", agreement.proof))),
        )  # fmt: skip
        with suppress(OptedOut, ConsentWithdrawn, ConsentInTheFuture):
            given.record(phone, said, by=by, at=at)
            recorded.add(phone.client_id)
    for client_id, (row, agreement) in agreed.items():
        row.agrees = client_id in recorded
        if not row.agrees and not row.why:
            row.why, row.cell = WITHDRAWN, agreement.written[:200]


def _read(reading: Reading, row: ImportedRow) -> Person | None:
    """Whom the row names; None, and the row says why, when a release with other rules came since the preview."""
    try:
        return reading.person(row.cells)
    except Unusable as wrong:
        _settle(row, refused(wrong.why, wrong.cell))
        return None


def _new(person: Person) -> NewPerson:
    phones = [(phone.e164, phone.label) for phone in person.phones]
    return NewPerson(name=person.name, phones=phones, pets=person.pets, notes=person.notes)


def _note(mine: PeopleImport, row: ImportedRow, person: Person, made: Client | Sitter | many.Refusal) -> None:
    """Write down whom the row made; what has changed since the preview is said with the row."""
    if isinstance(made, Client):
        row.state, row.client = RowState.ADDED, made
    elif isinstance(made, Sitter):
        row.state, row.sitter = RowState.ADDED, made
    elif isinstance(made, ValidationError):
        _settle(row, refused(" ".join(made.messages), person.name))
    else:
        _settle(row, _taken(mine, person, made.sentence))


def _taken(mine: PeopleImport, person: Person, why: str) -> Verdict:
    """Somebody was added with one of these phones since: perhaps the same person."""
    holders = ownership.holders_of(mine.organization_id, [phone.e164 for phone in person.phones])
    now = by_phones(mine.kind, person, holders)
    return now if now.state != RowState.NEW else refused(why, person.name)


def _settle(row: ImportedRow, verdict: Verdict) -> None:
    row.state, row.cell, row.why, row.agrees = verdict.state, verdict.cell, verdict.why, verdict.agrees


def _finish(mine: PeopleImport, at: datetime) -> None:
    now = count(mine)
    mine.added, mine.there, mine.refused = now[RowState.ADDED], now[RowState.THERE], now[RowState.REFUSED]
    mine.state, mine.finished_at = ImportState.FINISHED, at
    mine.save(update_fields=["added", "there", "refused", "state", "finished_at"])
    current().record(
        events.people_import_finished(
            organization_id=mine.organization_id, import_id=mine.pk, kind=mine.kind,
            added=mine.added, there=mine.there, refused=mine.refused,
        )
    )  # fmt: skip
