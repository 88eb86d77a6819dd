"""Who got in and who did not, members and their keys. `network` is a word that is the same for the same neighbourhood, never an address."""

from __future__ import annotations

from collections.abc import Iterable

from audit.registry import About, about, subject, verb

subject("organization", "accounts.Organization")
subject("user", "accounts.User")
subject("api_key", "accounts.ApiKey", has_page=True)


@verb("auth.signed_in", "Someone signed in.", subject="user")
def auth_signed_in(*, organization_id: int | None, user_id: int, known_browser: bool, network: str) -> About:
    """Operators have no organization. `known_browser`: they had signed in from it before."""
    return about(organization_id, user_id, known_browser=known_browser, network=network)


@verb("auth.signed_out", "Someone signed out.", subject="user")
def auth_signed_out(*, organization_id: int | None, user_id: int) -> About:
    return about(organization_id, user_id)


@verb("auth.sign_in_failed", "A sign-in failed.", subject="user")
def auth_sign_in_failed(
    *,
    organization_id: int | None = None,
    user_id: int | None = None,
    known_browser: bool = False,
    network: str = "",
) -> About:
    """The user when the name typed is one's; what was typed is never kept."""
    return about(organization_id, user_id, known_browser=known_browser, network=network)


@verb(
    "auth.wait_began",
    "Sign-in must wait {seconds} seconds after {failures} wrong passwords ({counted_by}).",
    subject="user",
)
def auth_wait_began(
    *,
    organization_id: int | None,
    user_id: int | None,
    counted_by: str,
    failures: int,
    seconds: int,
    network: str,
) -> About:
    """No try is looked at for so many seconds. `counted_by` is `name`, `address` or `device`, a browser that is known."""
    return about(
        organization_id, user_id, counted_by=counted_by, failures=failures, seconds=seconds, network=network
    )


@verb("auth.wait_ended", "A sign-in wait ended ({counted_by}).", subject="user")
def auth_wait_ended(*, organization_id: int | None, user_id: int | None, counted_by: str) -> About:
    """Recorded within a minute, for the moment it ended. A wait that somebody lifted ends by `auth.unlocked`."""
    return about(organization_id, user_id, counted_by=counted_by)


@verb("auth.locked", "Sign-in was slowed for new browsers after {failures} wrong passwords.", subject="user")
def auth_locked(*, organization_id: int | None, user_id: int, failures: int) -> About:
    """The first of the waits for a member's name: browsers that are new to them wait from now on."""
    return about(organization_id, user_id, failures=failures)


@verb("auth.unlocked", "Sign-in works without waiting again ({means}).", subject="user")
def auth_unlocked(*, organization_id: int | None, user_id: int, means: str) -> About:
    """`means` is `link` (the letter), `owner` or `operator`."""
    return about(organization_id, user_id, means=means)


@verb("auth.password_changed", "A password was changed.", subject="user")
def auth_password_changed(*, organization_id: int | None, user_id: int) -> About:
    """By the actor: the member, an owner, or SnoutOS for an operator's command."""
    return about(organization_id, user_id)


@verb("auth.password_link_made", "A link to choose a password was made ({purpose}).", subject="user")
def auth_password_link_made(*, organization_id: int | None, user_id: int, purpose: str) -> About:
    """`purpose` is `invitation`, `reset` or `first_owner`. The link itself is in its letter alone, or on the operator's screen."""
    return about(organization_id, user_id, purpose=purpose)


@verb("auth.password_link_used", "A password was chosen by a link ({purpose}).", subject="user")
def auth_password_link_used(*, organization_id: int | None, user_id: int, purpose: str) -> About:
    return about(organization_id, user_id, purpose=purpose)


@verb("auth.password_link_refused", "A link to choose a password opened nothing ({why}).", subject="user")
def auth_password_link_refused(*, organization_id: int | None, user_id: int, why: str) -> About:
    """`why` is `used`, `revoked`, `expired`, `changed` (e-mail or password, since) or `sign_in_off`. Of made-up links nothing is told."""
    return about(organization_id, user_id, why=why)


@verb(
    "api_key.used_from_new_network",
    "An API key was used from a new network.",
    subject="api_key",
)
def api_key_used_from_new_network(*, organization_id: int, key_id: int, network: str) -> About:
    """The first use of a key from this neighbourhood."""
    return about(organization_id, key_id, network=network)


@verb("member.created", "A member was added ({role}).", subject="user")
def member_created(*, organization_id: int, user_id: int, role: str) -> About:
    return about(organization_id, user_id, role=role)


@verb("member.invited", "A member was invited by e-mail ({role}).", subject="user")
def member_invited(*, organization_id: int, user_id: int, role: str) -> About:
    return about(organization_id, user_id, role=role)


@verb("member.invitation_revoked", "A member's invitation was withdrawn.", subject="user")
def member_invitation_revoked(*, organization_id: int, user_id: int) -> About:
    return about(organization_id, user_id)


@verb("member.changed", "A member's account was changed: {fields}.", subject="user")
def member_changed(*, organization_id: int, user_id: int, fields: Iterable[str]) -> About:
    return about(organization_id, user_id, fields=fields)


@verb("api_key.issued", "An API key was created.", subject="api_key")
def api_key_issued(*, organization_id: int, key_id: int, user_id: int) -> About:
    """`user_id` is whose key it is: the actor's own, or one that an owner or the operator hands over."""
    return about(organization_id, key_id, user_id=user_id)


@verb("api_key.revoked", "An API key was revoked.", subject="api_key")
def api_key_revoked(*, organization_id: int, key_id: int) -> About:
    return about(organization_id, key_id)
