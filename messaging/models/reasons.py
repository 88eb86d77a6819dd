"""Why a delivery is where it is, where no provider's code says it: what our own rules and the owner decided."""

from __future__ import annotations

from django.db import models


class CancelReason(models.TextChoices):
    """Why a text was taken back before it went out (`Delivery.reason` of a canceled one, `Delivery.revoked`)."""

    OPTED_OUT = "opted_out", "They texted STOP"
    CONFIRMED_OTHERWISE = "confirmed_otherwise", "The opt-out needed no confirmation any more"
    REVOCATION_OPEN = "revocation_open", "They may have asked for no more texts"
    CONSENT_NEEDED = "consent_needed", "Their old phone texted STOP, and they haven't agreed on this one"
    NO_CONSENT_TO_OFFERS = "no_consent_to_offers", "They haven't agreed to offers"
    NO_RECENT_DEALINGS = "no_recent_dealings", "They had no visit and sent no text in 12 months"
    PARTY_BLOCKED = "party_blocked", "This phone is blocked"
    PARTY_LEFT = "party_left", "They're no longer in this conversation"
    THREAD_CLOSED = "thread_closed", "The conversation was closed"
    NUMBER_QUARANTINED = "number_quarantined", "The number is paused"
    NUMBER_FILTERED = (
        "number_filtered",
        "Carriers are blocking texts from this number, so automations are paused on it",
    )
    NUMBER_UNREGISTERED = (
        "number_unregistered",
        "US carriers block this number: it isn't registered with them",
    )
    NUMBER_RETIRED = "number_retired", "The number was released"
    WINDOW_CHANGED = "window_changed", "The sitter's visit changed before the text went out"
    SITTER_OFFBOARDED = "sitter_offboarded", "The sitter no longer works for you"
    PHONE_REPLACED = "phone_replaced", "Their phone was replaced before it was sent"
    PHONE_REMOVED = "phone_removed", "Their phone was taken off the card before it was sent"
    PHONE_RECYCLED = "phone_recycled", "The phone is someone else's now"
    CONVERSATION_MOVED = "conversation_moved", "The conversation moved to another of your numbers"
    CONVERSATION_JOINED = "conversation_joined", "The conversation was joined with another"
    LEFT_BY_OWNER = "left_by_owner", "You chose not to send it"
    ALERT_OVER = "alert_over", "The alert it was about is over"
    ALERT_PHONE_CHANGED = "alert_phone_changed", "Alerts go to another phone now"
    PICTURE_MISSING = "picture_missing", "A picture never reached us"
    FILE_NEEDS_LOOK = "file_needs_look", "The file isn't a picture"
