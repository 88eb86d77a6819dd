"""One place decides what happens to a text by who wrote it and what was found. Never below "a sitter's phone number is held"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policy.models import Action, FindingKind, ScreeningRule

_ORDER = [Action.ALLOW, Action.WARN, Action.REDACT, Action.HOLD]

# `product.md`, sections 2, 4 and 5: a client's text is never dropped but hidden from sitters; a sitter's is held; an owner is
# warned; automations and the system are held.
DEFAULTS: Mapping[str, Action] = {
    "client": Action.REDACT,
    "sitter": Action.HOLD,
    "owner": Action.WARN,
    "automation": Action.HOLD,
    "system": Action.HOLD,
}


def action_for(
    author_kind: str, kinds: Iterable[str], chosen: Mapping[tuple[str, str], str] | None = None
) -> Action:
    """The strictest action that the findings of `kinds` call for; ALLOW without any.

    `chosen` maps (author kind, finding kind) to what the organization decided instead of the default.
    """
    actions = [_one(author_kind, kind, chosen or {}) for kind in kinds]
    return max(actions, key=_ORDER.index, default=Action.ALLOW)


def hides_from_sitters(
    author_kind: str, kind: str, chosen: Mapping[tuple[str, str], str] | None = None
) -> bool:
    """Whether sitters may not read what was found, whoever wrote it.

    Of a client's text, what the owner's rules for clients' texts hide. Of everybody else's, every contact; that somebody suggests to
    deal directly is hidden only where a sitter or a client wrote it.
    """
    if author_kind == "client":
        return action_for("client", [kind], chosen) == Action.REDACT
    return author_kind == "sitter" or kind != FindingKind.INTENT


def chosen(organization_id: int) -> dict[tuple[str, str], str]:
    """What an organization decided, by (author kind, finding kind), instead of the defaults."""
    rows = ScreeningRule.objects.of(organization_id).values_list("author_kind", "finding_kind", "action")
    return {(author, kind): action for author, kind, action in rows}


def _one(author_kind: str, kind: str, chosen: Mapping[tuple[str, str], str]) -> Action:
    action = Action(chosen.get((author_kind, kind), DEFAULTS[author_kind]))
    if author_kind == "sitter" and kind == FindingKind.PHONE:
        return Action.HOLD
    if author_kind == "client":
        # What a client wrote is never kept from the owner; the most that can be done is to hide it from sitters.
        return Action.REDACT if action == Action.HOLD else action
    if action == Action.REDACT:
        # Nobody's words are rewritten on the way out: what would need it is reviewed.
        return Action.HOLD
    return action
