"""What becomes of each row of a file: added, already there, or not added with the reason. Writes nothing and holds nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from messaging.consent import given
from messaging.errors import PhoneInUse, PhoneIsForAlerts
from messaging.models import Client, Sitter
from messaging.models.imports import ImportKind, RowState
from messaging.models.phones import display
from messaging.people import claiming, ownership
from messaging.people.ownership import Holder
from messaging.spreadsheets.people import Person, Phone, Reading, Unusable, called


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row. `why` and `cell` are for the person, and empty where nothing is wrong. `agrees`: consent comes along."""

    state: RowState
    why: str = ""
    cell: str = ""
    agrees: bool = False


NEW, THERE = Verdict(RowState.NEW), Verdict(RowState.THERE)
HEARD_OF = Verdict(RowState.NEW, "They texted you before: that conversation becomes theirs.")


WITHDRAWN = "They opted out of texts since, so no consent is recorded."


def refused(why: str, cell: str = "") -> Verdict:
    """A row that is not added, in as many words as its columns hold."""
    return Verdict(RowState.REFUSED, why[:400], " ".join(cell.split())[:200])


@dataclass(slots=True)
class Judge:
    """Judges the rows of one file, in their order: what came before in it counts."""

    organization_id: int
    reading: Reading
    at: datetime = field(default_factory=timezone.now)
    _phones: dict[str, int] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _there: frozenset[str] | None = None

    def judge(self, rows: Sequence[tuple[int, Sequence[str]]]) -> list[Verdict]:
        """A verdict for each of some rows (number, cells)."""
        read = [self._read(cells) for _, cells in rows]
        phones = {phone.e164 for one in read if isinstance(one, Person) for phone in one.phones}
        holders = ownership.holders_of(self.organization_id, phones) if phones else {}
        unknown = self._unknown(phones)
        out = _opted_out(self.organization_id, read)
        return [
            self._agreeing(_noted(self._of(number, one, holders), one, unknown), one, out)
            if isinstance(one, Person)
            else refused(one.why, one.cell)
            for (number, _), one in zip(rows, read, strict=True)
        ]

    def _agreeing(self, verdict: Verdict, person: Person, out: frozenset[str]) -> Verdict:
        """With the consent that comes along with somebody new; why it does not, where they said otherwise since."""
        agreement = person.agreement
        if verdict.state != RowState.NEW or agreement is None:
            return verdict
        if agreement.at > self.at:
            return refused("They can't have agreed later than now. Correct the day.", agreement.written)
        if all(phone.e164 in out for phone in person.phones):
            return replace(verdict, why=f"{verdict.why} {WITHDRAWN}".strip(), cell=agreement.written)
        return replace(verdict, agrees=True)

    def _unknown(self, phones: Collection[str]) -> frozenset[str]:
        """Phones that wrote as unknown senders: what they wrote becomes a client's."""
        if self.reading.kind != ImportKind.CLIENTS or not phones:
            return frozenset()
        return frozenset(row.e164 for row in claiming.unknown(self.organization_id, phones))

    def _read(self, cells: Sequence[str]) -> Person | Unusable:
        try:
            return self.reading.person(cells)
        except Unusable as wrong:
            return wrong

    def _of(self, number: int, person: Person, holders: dict[str, Holder]) -> Verdict:
        if not person.phones:
            return self._by_name(number, person)
        before = next((phone for phone in person.phones if phone.e164 in self._phones), None)
        if before is not None:
            first = self._phones[before.e164]
            return refused(
                f"This phone is twice in the file, at rows {first} and {number}. A phone is on one card: take it out of one row.",
                before.written,
            )
        verdict = by_phones(self.reading.kind, person, holders)
        self._phones.update({phone.e164: number for phone in person.phones})
        return verdict

    def _by_name(self, number: int, person: Person) -> Verdict:
        if person.called in self._names_there():
            return THERE
        first = self._names.setdefault(person.called, number)
        if first == number:
            return NEW
        return refused(
            f"Rows {first} and {number} have the same name and no phone. Give one of them a phone, or take it out.",
            person.name,
        )

    def _names_there(self) -> frozenset[str]:
        """Names on cards now, asked once."""
        if self._there is None:
            model = Client if self.reading.kind == ImportKind.CLIENTS else Sitter
            names = model.objects.of(self.organization_id).values_list("name", flat=True)
            self._there = frozenset(called(name) for name in names.iterator(chunk_size=2000))
        return self._there


def _opted_out(organization_id: int, read: Sequence[Person | Unusable]) -> frozenset[str]:
    """Phones that opted out, those since they agreed among them. No consent in the rows: no query."""
    agreed = {
        phone.e164: one.agreement.at
        for one in read
        if isinstance(one, Person) and one.agreement is not None
        for phone in one.phones
    }
    return given.withdrawn(organization_id, agreed) if agreed else frozenset()


def _noted(verdict: Verdict, person: Person, unknown: frozenset[str]) -> Verdict:
    """With a word about the conversations that come along."""
    is_heard_of = any(phone.e164 in unknown for phone in person.phones)
    return HEARD_OF if verdict is NEW and is_heard_of else verdict


def by_phones(kind: str, person: Person, holders: dict[str, Holder]) -> Verdict:
    """What becomes of somebody by whose their phones are now."""
    theirs = {_same(kind, person, holders[phone.e164]) for phone in person.phones}
    if len(theirs) == 1 and None not in theirs:
        return THERE
    for phone in person.phones:
        holder = holders[phone.e164]
        if _same(kind, person, holder) is not None:
            return refused(
                f"{person.name}'s card has {display(phone.e164)} already. Add what else this row says to that card.",
                phone.written,
            )
        verdict = _free(holder, phone)
        if verdict is not NEW:
            return verdict
    return NEW


def _free(holder: Holder, phone: Phone) -> Verdict:
    try:
        ownership.refuse(holder, phone.e164)
    except (PhoneInUse, PhoneIsForAlerts) as taken:
        return refused(taken.sentence, phone.written)
    return NEW


def _same(kind: str, person: Person, holder: Holder) -> int | None:
    """The card that has the phone, when it is of the same kind and name as the row."""
    card = holder.client if kind == ImportKind.CLIENTS else holder.sitter
    return card.pk if card is not None and called(card.name) == person.called else None
