"""Every verb the trail knows, and the sentence that owners read. Braces name values of the event's data."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VERBS: dict[str, str] = {
    "account.circuit_closed": "Sending works again: the provider accepts the account.",
    "account.circuit_opened": "Sending stopped: the provider refused the account (error {code}).",
    "account.circuit_paused": "Sending waits: the provider left {troubles} calls in a row unanswered.",
    "alert.acknowledged": "An alert was acknowledged.",
    "alert.dismissed": "An alert was dismissed.",
    "alert.resolved": "An alert was resolved.",
    "api_key.issued": "An API key was issued.",
    "api_key.revoked": "An API key was revoked.",
    "assignment.override_expired": "A temporary routing rule ended.",
    "assignment.override_removed": "A temporary routing rule was removed.",
    "assignment.override_set": "A temporary routing rule was set: texts go to {target_kind}.",
    "assignment.window_canceled": "A sitter's assignment was canceled.",
    "assignment.window_changed": "A sitter's assignment was changed.",
    "assignment.window_created": "A sitter was assigned.",
    "assignment.window_ended": "A sitter's assignment ended.",
    "auth.sign_in_failed": "A sign-in failed.",
    "auth.signed_in": "Somebody signed in.",
    "automation.activated": "An automation was switched on (version {version}).",
    "automation.archived": "An automation was archived.",
    "automation.changed": "An automation was changed; version {version} is a draft.",
    "automation.created": "An automation was made.",
    "automation.event_reported": "Another system reported {event_kind}.",
    "automation.limits_changed": "The limits of automations were changed.",
    "automation.occurrence_given_up": "Automations could not look at something that happened ({kind}, {tries} tries).",
    "automation.paused": "An automation was paused ({reason}).",
    "automation.ran": "An automation ended: {state} ({reason}).",
    "automation.secret_changed": "The key that signs an automation's calls was changed.",
    "automation.tested": "An automation was tested (version {version}).",
    "consent.help_requested": "The client asked for help by keyword.",
    "consent.opted_in": "The client agreed to texts again ({source}).",
    "consent.opted_out": "The client opted out of texts ({source}).",
    "consent.revocation_suspected": "A text may ask for no more texts; it waits for review.",
    "export.made": "{rows} rows were exported ({kind}).",
    "member.changed": "A member's account was changed: {fields}.",
    "member.created": "A member was added ({role}).",
    "message.delivery.status_updated": "Delivery went from {from_state} to {to_state}.",
    "message.delivery.unconfirmed": "Nobody confirmed within a day that the text arrived.",
    "message.note_added": "A note was added.",
    "message.outbound.blocked": "A text was blocked ({reason}).",
    "message.outbound.canceled": "A text was canceled before it left ({reason}).",
    "message.outbound.dead_lettered": "Sending was given up after {attempts} attempts (error {code}).",
    "message.outbound.failed": "The provider refused the text: {reason} (error {code}).",
    "message.outbound.held": "A text waits for review ({reason}).",
    "message.outbound.left": "A text of unknown fate was left unsent.",
    "message.outbound.parked": "The text was probably not sent; it waits for a decision.",
    "message.outbound.queued": "A text was queued.",
    "message.outbound.released": "A text that was probably not sent is sent again.",
    "message.outbound.retry_attempted": "Attempt {attempt_number} did not go through (error {code}).",
    "message.outbound.sent": "The provider accepted the text.",
    "message.outbound.unknown": "It is not known yet whether the text left; it is being looked up.",
    "message.outbound.warned": "A text went out with a warning ({kinds}).",
    "message.received": "A text came in ({author_kind}).",
    "message.relayed": "The text was passed on to the sitter.",
    "number.activated": "A number was put to use.",
    "number.added": "A number was added ({role}).",
    "number.health_changed": "A number's health: {from_health}, now {to_health} ({failed} failed in 7 days).",
    "number.quarantined": "A number was taken out of use for a cooldown.",
    "number.retired": "A number was retired.",
    "people.client_created": "A client was added.",
    "people.sitter_created": "A sitter was added.",
    "policy.allowed_added": "An exception for screening was added ({kind}).",
    "policy.detector_failed": "Screening failed; the text is held.",
    "policy.sitter_locked": "A sitter's sending was locked after {violations} violations in 30 days.",
    "policy.sitter_unlocked": "A sitter's sending was unlocked.",
    "policy.violation.detected": "Screening found {kinds} ({action}).",
    "policy.violation.resolved": "A finding was settled ({resolution}).",
    "review.approved": "A held text was approved and sent.",
    "review.dismissed": "A held text was dismissed.",
    "review.edited": "A held text was edited and sent.",
    "review.rejected": "A held text was rejected ({reason}).",
    "routing.decided": "Routed to {target_kind} by the rule {rule} ({reason}).",
    "routing.unmapped_pool": "Somebody unknown wrote to a pool number.",
    "settings.changed": "Settings were changed: {fields}.",
    "sitter.offboarded": "A sitter left the business.",
    "sitter.onboarded": "A sitter joined the business.",
    "thread.closed": "The conversation was closed.",
    "thread.moved": "The conversation moved to another number.",
    "thread.opened": "The conversation was opened ({kind}).",
    "thread.party_linked": "The unknown party was linked to a client.",
    "thread.reopened": "The conversation was reopened.",
    "thread.tagged": "A tag was changed.",
    "webhook.inbound.duplicate_rejected": "The provider repeated a text; nothing was done twice.",
    "webhook.inbound.failed": "An incoming text could not be processed yet (try {tries}).",
    "webhook.inbound.fallback_used": "A text came by the second address (error {code} at the first).",
    "webhook.inbound.missed_found": "Texts found in the provider's list that had never reached us: {count}.",
    "webhook.inbound.quarantined": "An incoming text was set aside after repeated failures.",
    "webhook.inbound.received": "The provider handed over a text.",
    "webhook.inbound.replayed": "An incoming request that was {state} was processed again by hand.",
    "webhook.inbound.unactionable": "Nothing can be done with a request of the provider ({reason}).",
    "webhook.inbound.unrouted": "A text came in for a number that is not set up; it is kept.",
    "webhook.signature_rejected": "Requests not proven the provider's were refused: {count} ({reason}).",
}


class _Forgiving(string.Formatter):
    """Formats the trail's own data: a value that an event lacks is a dash, a list is joined by commas."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        value = kwargs.get(str(key))
        if isinstance(value, list):
            return ", ".join(_words(item) for item in value)
        return _words(value)


def _words(value: object) -> str:
    return "–" if value is None or value == "" else str(value).replace("_", " ")


def sentence(verb: str, data: Mapping[str, Any]) -> str:
    """The sentence owners read for an event; the verb itself when it is none of ours any more."""
    return _Forgiving().vformat(VERBS.get(verb, verb), (), data)
