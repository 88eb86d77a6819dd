"""Taking an import back: whom nobody has used since goes; whoever has a text, a visit, an edit or anything else stays and is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, ManyToOneRel

from audit.record import Actor, current, recording
from messaging import events, locks, publish
from messaging.consent import given
from messaging.errors import NotPossibleNow
from messaging.models import Client, ClientPhone, Consent, ImportedRow, PeopleImport, Sitter
from messaging.models.imports import ImportKind, ImportState, RowState
from messaging.spreadsheets import retention
from messaging.spreadsheets import rows as written
from messaging.spreadsheets.people import Person, Unusable
from messaging.spreadsheets.uploads import count, reading_of
from snoutos.accounts.models import User

TASK = "messaging.tasks.go_on_with_import"
BATCH = 100
_CHANGED = "Changed since."
# What a row of another table says about whoever it names, the most telling first; anything else counts as well.
_SAYS = {
    "messaging.Visit": "They have a visit.",
    "messaging.AssignmentWindow": "They have a visit.",
    "messaging.MessageNumber": "They have a number of their own.",
    "messaging.Thread": "They have a conversation.",
    "messaging.Participant": "They have a conversation.",
    "messaging.ImportedRow": "Merged with another card since.",
    "messaging.Consent": "Consent was recorded since.",
}
_ANYTHING_ELSE = "Something has been recorded about them since."


def undo(people_import: PeopleImport, *, by: User, at: datetime) -> PeopleImport:
    """Take back what an import added and nobody has used since, in the background; stops one that is still adding.

    What the file said is forgotten with it. Raises NotPossibleNow for an import that was never started, is undone, or whose rows are
    forgotten.
    """
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = PeopleImport.objects.select_for_update(no_key=True).get(pk=people_import.pk)
        if held.state not in (ImportState.RUNNING, ImportState.FINISHED) or held.forgotten_at:
            raise NotPossibleNow(_why_not(held))
        held.state, held.ordered_by = ImportState.UNDOING, by
        held.finished_at = held.finished_at or at
        held.save(update_fields=["state", "ordered_by", "finished_at"])
        publish.on_commit(TASK, held.pk)
        return held  # type: ignore[no-any-return]


def remove(mine: PeopleImport, at: datetime) -> bool:
    """Take back one batch of an import that is held; whether more may be left."""
    rows = list(mine.rows.filter(state=RowState.ADDED).order_by("number")[:BATCH])
    if not rows:
        _finish(mine, at)
        return False
    work = _Clients(mine) if mine.kind == ImportKind.CLIENTS else _Sitters(mine)
    work.remove(rows, at)
    return True


def _why_not(held: PeopleImport) -> str:
    if held.forgotten_at:
        return "What this import added is no longer known, so it can't be undone. Imports can be undone for 30 days."
    return "This import can't be undone: it wasn't started, or it's undone already."


class _Removal:
    """Taking back rows of one kind of people."""

    model: type[Client] | type[Sitter]
    column: str
    along: tuple[str, ...] = ()

    def __init__(self, mine: PeopleImport) -> None:
        self.mine, self.reading = mine, reading_of(mine)

    def remove(self, rows: Sequence[ImportedRow], at: datetime) -> None:
        """Remove whom nobody used; the rows say what became of each."""
        ids = [getattr(row, f"{self.column}_id") for row in rows]
        for e164 in sorted(self.phones(ids)):
            locks.phone(self.mine.organization_id, e164)
        # With their keys: whoever is just writing something that names one of them comes before, or finds them gone.
        cards = self.model.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        held = {one.pk: one for one in cards.prefetch_related(*self.along)}
        used = _used(self.model, ids)
        gone = []
        for row in rows:
            card = held[getattr(row, f"{self.column}_id")]
            why = used.get(card.pk) or self.changed(row, card)
            row.state, row.why, row.cell = (RowState.KEPT, why, "") if why else (RowState.REMOVED, "", "")
            if not why:
                gone.append(card.pk)
                setattr(row, self.column, None)
        written.write(rows)
        self.let_go(gone, at)
        self.model.objects.of(self.mine.organization_id).filter(pk__in=gone).delete()
        for pk in gone:
            self.tell(pk)

    def let_go(self, ids: Sequence[int], at: datetime) -> None:
        """End what was recorded about them together with their cards."""

    def changed(self, row: ImportedRow, card: Any) -> str:
        """Why a card is no longer what the row made; empty when it is."""
        if self.mine.started_at is None or card.created_at < self.mine.started_at:
            return _SAYS["messaging.ImportedRow"]
        try:
            person = self.reading.person(row.cells)
        except Unusable:
            return _CHANGED
        return "" if self.is_as_made(person, card) else _CHANGED

    def phones(self, ids: Sequence[int]) -> Iterable[str]:
        """The phones of these people now."""
        raise NotImplementedError

    def is_as_made(self, person: Person, card: Any) -> bool:
        """Whether everything on the card is what the row says."""
        raise NotImplementedError

    def tell(self, pk: int) -> None:
        """Record that one is gone."""
        raise NotImplementedError


class _Clients(_Removal):
    model, column, along = Client, "client", ("phones",)

    def phones(self, ids: Sequence[int]) -> Iterable[str]:
        return ClientPhone.objects.filter(client__in=ids).values_list("e164", flat=True)

    def let_go(self, ids: Sequence[int], at: datetime) -> None:
        given.undo(ids, at=at)

    def is_as_made(self, person: Person, card: Client) -> bool:
        said = {(phone.e164, phone.label, None) for phone in person.phones}
        return said == {
            (phone.e164, phone.label, phone.automations_off_at) for phone in card.phones.all()
        } and (card.name, card.pets, card.notes, card.timezone, card.vet_phones) == (
            person.name, person.pets, person.notes, "", [],
        )  # fmt: skip

    def tell(self, pk: int) -> None:
        current().record(
            events.people_client_removed(
                organization_id=self.mine.organization_id, client_id=pk, import_id=self.mine.pk
            )
        )


class _Sitters(_Removal):
    model, column = Sitter, "sitter"

    def phones(self, ids: Sequence[int]) -> Iterable[str]:
        return Sitter.objects.filter(pk__in=ids).exclude(phone="").values_list("phone", flat=True)

    def is_as_made(self, person: Person, card: Sitter) -> bool:
        phone = person.phones[0].e164 if person.phones else ""
        unlocked = (card.sending_locked_at, card.lock_lifted_at) == (None, None)
        return unlocked and (card.name, card.phone, card.user_id, card.is_active) == (
            person.name, phone, None, True,
        )  # fmt: skip

    def tell(self, pk: int) -> None:
        current().record(
            events.people_sitter_removed(
                organization_id=self.mine.organization_id, sitter_id=pk, import_id=self.mine.pk
            )
        )


def _used(model: type[Client] | type[Sitter], ids: Sequence[int]) -> Mapping[int, str]:
    """Who is named by a row of any table, and what that says: a table that is added later is not forgotten."""
    found: dict[int, set[str]] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.related_model is ClientPhone:
            continue
        name, label = relation.field.name, relation.related_model._meta.label
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids}).order_by()
        if relation.related_model is Consent:
            # What came along in the same row is no use of it.
            rows = rows.exclude(recorded_at=F("client__created_at"))
        # The import's own row names them once.
        least = 2 if label == "messaging.ImportedRow" else 1
        for pk, many in Counter(rows.values_list(f"{name}_id", flat=True)).items():
            if many >= least:
                found.setdefault(pk, set()).add(label)
    return {pk: _said(labels) for pk, labels in found.items()}


def _said(labels: Collection[str]) -> str:
    return next((said for label, said in _SAYS.items() if label in labels), _ANYTHING_ELSE)


def _finish(mine: PeopleImport, at: datetime) -> None:
    many = count(mine)
    mine.removed, mine.kept = many[RowState.REMOVED], many[RowState.KEPT]
    mine.added = mine.added or mine.removed + mine.kept
    mine.state, mine.undone_at = ImportState.UNDONE, at
    mine.save(update_fields=["removed", "kept", "added", "state", "undone_at"])
    retention.forget_words(mine, at)
    current().record(
        events.people_import_undone(
            organization_id=mine.organization_id, import_id=mine.pk, kind=mine.kind, removed=mine.removed, kept=mine.kept,
        )
    )  # fmt: skip
