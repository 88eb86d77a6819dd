"""Where a text went."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("decision", "routing.RoutingDecision")


@verb("routing.decided", "Routed to {target_kind} by the rule {rule} ({reason}).", subject="message")
def routing_decided(
    *,
    organization_id: int,
    thread_id: int,
    message_id: int,
    decision_id: int | None,
    rule: str,
    reason: str,
    target_kind: str,
    sitter_id: int | None,
) -> About:
    return about(
        organization_id,
        message_id,
        thread_id,
        decision_id=decision_id,
        rule=rule,
        reason=reason,
        target_kind=target_kind,
        sitter_id=sitter_id,
    )


@verb("routing.unmapped_pool", "An unknown sender texted a pool number.", subject="thread")
def routing_unmapped_pool(
    *, organization_id: int, thread_id: int, participant_id: int, number_id: int
) -> About:
    """A stranger texted a pool number: an own thread, the owner's inbox."""
    return about(organization_id, thread_id, thread_id, participant_id=participant_id, number_id=number_id)
