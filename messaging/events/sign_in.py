"""How sitters get in: links and browsers. A link itself is in no event."""

from __future__ import annotations

from audit.registry import About, about, verb


@verb("sitter.link_made", "A sign-in link was texted to a sitter ({means}).", subject="sitter")
def sitter_link_made(*, organization_id: int, sitter_id: int, means: str, minutes: int) -> About:
    """`means`: `asked` (they texted LINK), `office` (from their card) or `welcome`. `minutes`: how long it is good for."""
    return about(organization_id, sitter_id, means=means, minutes=minutes)


@verb("sitter.link_used", "A sitter signed in by a link.", subject="sitter")
def sitter_link_used(*, organization_id: int, sitter_id: int, user_id: int, network: str) -> About:
    """`network` is a word that is the same for the same neighbourhood, never an address."""
    return about(organization_id, sitter_id, user_id=user_id, network=network)


@verb("sitter.link_refused", "A sitter's sign-in link wasn't given or didn't work ({why}).", subject="sitter")
def sitter_link_refused(*, organization_id: int, sitter_id: int, why: str) -> About:
    """`why`: `too_many` and `sign_in_off` when one was asked for; `used`, `expired` or `revoked` when one was opened."""
    return about(organization_id, sitter_id, why=why)


@verb("sitter.links_revoked", "A sitter's sign-in links were revoked ({count}).", subject="sitter")
def sitter_links_revoked(*, organization_id: int, sitter_id: int, count: int) -> About:
    """Links that nobody had used yet."""
    return about(organization_id, sitter_id, count=count)


@verb("sitter.device_added", "A browser was signed in to the sitter page.", subject="sitter")
def sitter_device_added(*, organization_id: int, sitter_id: int, device_id: int) -> About:
    return about(organization_id, sitter_id, device_id=device_id)


@verb("sitter.device_revoked", "A browser was signed out of the sitter page.", subject="sitter")
def sitter_device_revoked(*, organization_id: int, sitter_id: int, device_id: int) -> About:
    return about(organization_id, sitter_id, device_id=device_id)
