"""What SnoutOS and the provider disagree about. Pure: what each of them has goes in, the differences come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from messaging.models.differences import DifferenceKind as Kind
from messaging.providers.base import AccountFault, Address, ListedNumber, MessagingService


@dataclass(frozen=True, slots=True, kw_only=True)
class OurNumber:
    """A number as SnoutOS has it. `in_use`: not released. `since_set`: added, or its webhooks set, while the provider was being asked."""

    id: int
    e164: str = field(repr=False)
    in_use: bool
    since_set: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What SnoutOS has of one account. `numbers`: in use, and released ones that were not returned; `addresses`: those a number needs."""

    numbers: Sequence[OurNumber]
    addresses: Mapping[Address, str]
    service_sid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What the provider said. With a `fault` of the account nothing else could be read."""

    fault: AccountFault | None = None
    numbers: Sequence[ListedNumber] = ()
    service: MessagingService | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not the same on both sides, about the number `e164` if it is about one, and its `number_id` here."""

    kind: Kind
    e164: str = field(default="", repr=False)
    number_id: int | None = None


_OF_A_FAULT = {
    AccountFault.CREDENTIALS: Kind.CREDENTIALS,
    AccountFault.API_KEY: Kind.CREDENTIALS,
    AccountFault.SUSPENDED: Kind.SUSPENDED,
    AccountFault.CLOSED: Kind.CLOSED,
}
_KINDS_OF = {
    Kind.TEXTS: (Address.SMS,),
    Kind.BACKUP: (Address.SMS_FALLBACK,),
    Kind.CALLS: (Address.VOICE, Address.VOICE_FALLBACK, Address.CALL_STATUS),
}


def compare(ours: Ours, theirs: Theirs) -> list[Difference]:
    """Every difference, of the account, of its numbers, and of its messaging service. One that is not in use any more is no difference."""
    if theirs.fault is not None:
        return [Difference(kind=_OF_A_FAULT[theirs.fault])]
    return [*_of_numbers(ours, theirs), *_of_the_service(ours, theirs)]


def _of_numbers(ours: Ours, theirs: Theirs) -> Iterator[Difference]:
    listed = {one.e164: one for one in theirs.numbers}
    # A number bought again has several rows here: the one in use speaks for it.
    known = {one.e164: one for one in sorted(ours.numbers, key=lambda one: one.in_use)}
    for one in known.values():
        there = listed.get(one.e164)
        if one.in_use and not one.since_set:
            yield from _of_a_number(one, there, ours, theirs)
        elif not one.in_use and there is not None:
            yield Difference(kind=Kind.UNRETURNED, e164=one.e164, number_id=one.id)
    for e164 in sorted(listed.keys() - known.keys()):
        yield Difference(kind=Kind.UNUSED, e164=e164)


def _of_a_number(
    one: OurNumber, there: ListedNumber | None, ours: Ours, theirs: Theirs
) -> Iterator[Difference]:
    if there is None:
        yield Difference(kind=Kind.NUMBER_GONE, e164=one.e164, number_id=one.id)
        return
    service = theirs.service
    by_service = service is not None and not service.by_number and one.e164 in service.numbers
    for kind, addresses in _KINDS_OF.items():
        if by_service and kind in (Kind.TEXTS, Kind.BACKUP):
            # The provider passes its own addresses over.
            continue
        if any(there.addresses[name] != ours.addresses[name] for name in addresses if name in ours.addresses):
            yield Difference(kind=kind, e164=one.e164, number_id=one.id)


def _of_the_service(ours: Ours, theirs: Theirs) -> Iterator[Difference]:
    if not ours.service_sid:
        return
    service = theirs.service
    if service is None:
        yield Difference(kind=Kind.SERVICE_GONE)
        return
    if not service.by_number:
        for kind, name in ((Kind.SERVICE_TEXTS, Address.SMS), (Kind.SERVICE_BACKUP, Address.SMS_FALLBACK)):
            if service.addresses[name] != ours.addresses[name]:
                yield Difference(kind=kind)
    if not service.keeps_sender:
        yield Difference(kind=Kind.SERVICE_SENDER)
