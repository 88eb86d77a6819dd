"""Visits for clients. What each means for a conversation is told beside, as its window's (`people`)."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("visit", "messaging.Visit", has_page=True)


@verb("visit.created", "A visit was planned for a client.", subject="visit")
def visit_created(
    *, organization_id: int, visit_id: int, client_id: int, sitter_id: int, windows: int
) -> About:
    """`windows`: how many conversations of the client it reaches for now."""
    return about(organization_id, visit_id, client_id=client_id, sitter_id=sitter_id, windows=windows)


@verb("visit.changed", "A client's visit was changed.", subject="visit")
def visit_changed(*, organization_id: int, visit_id: int, client_id: int, sitter_id: int) -> About:
    return about(organization_id, visit_id, client_id=client_id, sitter_id=sitter_id)


@verb("visit.handed_over", "A client's visit was handed over to another sitter.", subject="visit")
def visit_handed_over(
    *, organization_id: int, visit_id: int, client_id: int, sitter_id: int, to_id: int, from_visit_id: int
) -> About:
    """`sitter_id` had the visit until now, `to_id` has it from then on as `visit_id`; one that had not begun stays the same visit."""
    return about(
        organization_id,
        visit_id,
        client_id=client_id,
        sitter_id=sitter_id,
        to_id=to_id,
        from_visit_id=from_visit_id,
    )


@verb("visit.canceled", "A client's visit was canceled.", subject="visit")
def visit_canceled(*, organization_id: int, visit_id: int, client_id: int, sitter_id: int) -> About:
    return about(organization_id, visit_id, client_id=client_id, sitter_id=sitter_id)


@verb("visit.ended", "A client's visit was ended.", subject="visit")
def visit_ended(*, organization_id: int, visit_id: int, client_id: int, sitter_id: int) -> About:
    return about(organization_id, visit_id, client_id=client_id, sitter_id=sitter_id)
