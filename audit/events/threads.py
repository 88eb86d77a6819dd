"""Conversations: opened, closed, moved, linked."""

from __future__ import annotations

from audit.events.base import Event, event


def thread_opened(
    *, organization_id: int, thread_id: int, kind: str, participant_id: int, number_id: int
) -> Event:
    return event(
        "thread.opened", organization_id, "thread", thread_id, thread_id,
        kind=kind, participant_id=participant_id, number_id=number_id,
    )  # fmt: skip


def thread_closed(*, organization_id: int, thread_id: int) -> Event:
    return event("thread.closed", organization_id, "thread", thread_id, thread_id)


def thread_reopened(*, organization_id: int, thread_id: int) -> Event:
    return event("thread.reopened", organization_id, "thread", thread_id, thread_id)


def thread_moved(*, organization_id: int, thread_id: int, from_number_id: int, to_number_id: int) -> Event:
    return event(
        "thread.moved", organization_id, "thread", thread_id, thread_id,
        from_number_id=from_number_id, to_number_id=to_number_id,
    )  # fmt: skip


def thread_party_linked(
    *, organization_id: int, thread_id: int, participant_id: int, client_id: int
) -> Event:
    """An unknown party turned out to be a client."""
    return event(
        "thread.party_linked", organization_id, "thread", thread_id, thread_id,
        participant_id=participant_id, client_id=client_id,
    )  # fmt: skip
