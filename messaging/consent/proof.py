"""Everything that was said about texts to one client's phones, in order: what proves consent, and what ended it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from messaging.models import Client, Consent, ConsentChange, Participant, Revocation
from messaging.models.consent import ConsentKind
from messaging.models.threads import LeftReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing: when, what it meant, how we know, in which words, and who wrote it down (empty: they did it themselves)."""

    at: datetime
    what: str
    how: str
    words: str
    by: str
    # The conversation that the words stand in.
    thread_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPhone:
    """All about one phone. `is_theirs`: it is on their card now; of one that is not, only what was said while it was theirs."""

    e164: str
    is_theirs: bool
    entries: Sequence[Entry]


def sheet(client: Client) -> list[OfPhone]:
    """Every phone the client has or had, those on the card first, each with all that was said about texts to it."""
    mine = list(client.phones.order_by("pk").values_list("e164", flat=True))
    former = _former(client)
    return [
        *(OfPhone(e164=e164, is_theirs=True, entries=_entries(client, e164, None)) for e164 in mine),
        *(
            OfPhone(e164=e164, is_theirs=False, entries=_entries(client, e164, until))
            for e164, until in former.items()
            if e164 not in mine
        ),
    ]


def _former(client: Client) -> dict[str, datetime | None]:
    """Phones that took part as the client's, with when the last one left; None while it still does."""
    rows = Participant.objects.of(client.organization_id).filter(client=client).order_by("pk")
    found: dict[str, datetime | None] = {}
    for row in rows:
        gone = row.left_at if row.left_reason in (LeftReason.REPLACED, LeftReason.RECYCLED) else None
        found[row.e164] = gone
    for e164 in (
        Consent.objects.of(client.organization_id).filter(client=client).values_list("e164", flat=True)
    ):
        found.setdefault(e164, None)
    return found


def _entries(client: Client, e164: str, until: datetime | None) -> list[Entry]:
    entries = [
        *_changes(client.organization_id, e164),
        *_given(client, e164),
        *_suspected(client.organization_id, e164),
    ]
    return sorted(
        (entry for entry in entries if until is None or entry.at <= until), key=lambda entry: entry.at
    )


def _changes(organization_id: int, e164: str) -> list[Entry]:
    """Opt-outs, and what ended them."""
    rows = ConsentChange.objects.of(organization_id).filter(e164=e164).exclude(kind=ConsentKind.HELP)
    return [
        Entry(
            at=row.at,
            what=row.get_kind_display(),
            how=row.get_source_display(),
            words=row.words or (row.message.body if row.message else ""),
            by=str(row.by) if row.by else "",
            thread_id=row.message.thread_id if row.message else None,
        )
        for row in rows.select_related("message", "by")
    ]


def _given(client: Client, e164: str) -> list[Entry]:
    rows = Consent.objects.of(client.organization_id).filter(e164=e164, client=client)
    found = []
    for row in rows.select_related("recorded_by"):
        purpose = row.get_purpose_display().lower()
        evidence = f" ({row.evidence})" if row.evidence else ""
        by = str(row.recorded_by) if row.recorded_by else ""
        how = f"{row.get_channel_display()}{evidence}"
        found.append(
            Entry(at=row.given_at, what=f"Agreed to texts: {purpose}", how=how, words=row.wording, by=by)
        )
        if row.ended_at is not None:
            ended = f"Consent ended: {purpose}"
            found.append(Entry(at=row.ended_at, what=ended, how=row.get_ended_as_display(), words="", by=""))
    return found


def _suspected(organization_id: int, e164: str) -> list[Entry]:
    """Texts that may have asked for no more texts, and what was decided."""
    found = []
    rows = Revocation.objects.of(organization_id).filter(e164=e164)
    for row in rows.select_related("message", "decided_by"):
        found.append(
            Entry(
                at=row.said_at,
                what="May have asked for no more texts",
                how="By text",
                words=row.message.body,
                by="",
                thread_id=row.message.thread_id,
            )
        )
        if row.decided_at is not None:
            by = str(row.decided_by) if row.decided_by else ""
            decided = f"Decided: {row.get_state_display().lower()}"
            found.append(Entry(at=row.decided_at, what=decided, how="Review", words="", by=by))
    return found
