"""Numbers, and the provider accounts they belong to."""

from __future__ import annotations

from datetime import datetime

from audit.registry import About, about, subject, verb

subject("number", "messaging.MessageNumber", has_page=True)
subject("account", "messaging.ProviderAccount", has_page=True)


@verb("number.added", "A number was added ({role}).", subject="number")
def number_added(*, organization_id: int, number_id: int, role: str) -> About:
    return about(organization_id, number_id, role=role)


@verb("number.webhooks_set", "The provider was told to send a number's texts here.", subject="number")
def number_webhooks_set(*, organization_id: int, number_id: int) -> About:
    """All the addresses that a number needs, set at the provider."""
    return about(organization_id, number_id)


@verb(
    "number.webhooks_proven",
    "A text proved that the provider reaches SnoutOS for a number.",
    subject="number",
)
def number_webhooks_proven(*, organization_id: int, number_id: int) -> About:
    """The first that it brought since the webhooks were set."""
    return about(organization_id, number_id)


@verb("number.proof_asked", "A test text was sent to a number, to see whether it arrives.", subject="number")
def number_proof_asked(*, organization_id: int, number_id: int) -> About:
    """From another number of the business; the provider charges for it."""
    return about(organization_id, number_id)


@verb("number.given_up", "A number was returned to the provider.", subject="number")
def number_given_up(*, organization_id: int, number_id: int) -> About:
    """The account does not own it any more."""
    return about(organization_id, number_id)


@verb("account.number_bought", "A number was bought from the provider.", subject="account")
def account_number_bought(*, organization_id: int, account_id: int) -> About:
    """The account pays for it from now on, also when it is not in use here yet."""
    return about(organization_id, account_id)


@verb("number.activated", "A number was put back in use.", subject="number")
def number_activated(*, organization_id: int, number_id: int) -> About:
    return about(organization_id, number_id)


@verb("number.quarantined", "A number was paused.", subject="number")
def number_quarantined(*, organization_id: int, number_id: int, until: datetime | None = None) -> About:
    """`until` is the end of the cooldown."""
    return about(organization_id, number_id, until=until)


@verb("number.cooldown_ended", "A number's cooldown ended: it's a pool number now.", subject="number")
def number_cooldown_ended(*, organization_id: int, number_id: int, threads: int) -> About:
    """`threads` conversations had been left on it, and end there."""
    return about(organization_id, number_id, threads=threads)


@verb("number.role_changed", "A number's role changed from {from_role} to {to_role}.", subject="number")
def number_role_changed(*, organization_id: int, number_id: int, from_role: str, to_role: str) -> About:
    return about(organization_id, number_id, from_role=from_role, to_role=to_role)


@verb("number.retired", "A number was released.", subject="number")
def number_retired(*, organization_id: int, number_id: int) -> About:
    return about(organization_id, number_id)


@verb(
    "number.health_changed",
    "A number's health: {from_health}, now {to_health} (phones not reached in 7 days: {failed}).",
    subject="number",
)
def number_health_changed(
    *, organization_id: int, number_id: int, from_health: str, to_health: str, failed: int
) -> About:
    """`failed` counts the phones not reached in the last 7 days."""
    return about(organization_id, number_id, from_health=from_health, to_health=to_health, failed=failed)


@verb("account.connected", "The provider account was connected.", subject="account")
def account_connected(*, organization_id: int, account_id: int) -> About:
    """The provider had just accepted its credentials."""
    return about(organization_id, account_id)


@verb("account.proven", "The provider accepted the account's credentials.", subject="account")
def account_proven(*, organization_id: int, account_id: int) -> About:
    """Asked anew: with other credentials, which were then saved, or with those there were."""
    return about(organization_id, account_id)


@verb(
    "account.compared",
    "The account was compared with the provider (new differences: {new}, gone: {gone}, now: {differences}).",
    subject="account",
)
def account_compared(
    *, organization_id: int, account_id: int, new: int, gone: int, differences: int
) -> About:
    """Its numbers, webhooks and messaging service, as the provider has them."""
    return about(organization_id, account_id, new=new, gone=gone, differences=differences)


@verb(
    "account.difference_repaired", "A difference with the provider was repaired ({kind}).", subject="account"
)
def account_difference_repaired(*, organization_id: int, account_id: int, kind: str) -> About:
    """What was set; whether the provider has it now, the comparison that follows tells."""
    return about(organization_id, account_id, kind=kind)


@verb(
    "number.filtered",
    "Carriers block texts from a number (recipients in an hour: {recipients}): automations are paused on it.",
    subject="number",
)
def number_filtered(*, organization_id: int, number_id: int, recipients: int) -> About:
    return about(organization_id, number_id, recipients=recipients)


@verb(
    "number.registration_changed",
    "A number's registration with the US carriers: {from_state}, now {to_state}.",
    subject="number",
)
def number_registration_changed(
    *, organization_id: int, number_id: int, from_state: str, to_state: str
) -> About:
    """As the provider said; the states are codes of `Registered`."""
    return about(organization_id, number_id, from_state=from_state, to_state=to_state)


@verb("number.filtering_lifted", "Automations may text from a number again.", subject="number")
def number_filtering_lifted(*, organization_id: int, number_id: int) -> About:
    return about(organization_id, number_id)


@verb(
    "account.circuit_opened",
    "Sending stopped: the provider rejected the account (error {code}).",
    subject="account",
)
def account_circuit_opened(*, organization_id: int, account_id: int, code: str) -> About:
    """Nothing is sent over this account until it is closed again."""
    return about(organization_id, account_id, code=code)


@verb(
    "account.circuit_paused",
    "Sending is waiting: the provider didn't answer {troubles} calls in a row.",
    subject="account",
)
def account_circuit_paused(*, organization_id: int, account_id: int, troubles: int) -> About:
    """The provider left `troubles` calls in a row unanswered: nothing is sent until a probe is answered."""
    return about(organization_id, account_id, troubles=troubles)


@verb("account.circuit_closed", "Sending works again: the provider accepts the account.", subject="account")
def account_circuit_closed(*, organization_id: int, account_id: int, code: str) -> About:
    """Texts leave again. `code` is what stopped them; empty when the provider had only been silent."""
    return about(organization_id, account_id, code=code)
