"""A text that may ask for no more texts in its own words: for the owner at once, kept from the sitter, and a decision with a clock.

What is found is only suspected. "Stop texting me" is read like everything else people write; the exact words act by themselves.
"""

from __future__ import annotations

from datetime import datetime

from messaging import locks, timeline
from messaging.consent import revocations
from messaging.models import Message, Participant
from messaging.models.threads import Role
from messaging.providers.webhooks import InboundText
from policy.emergency import is_urgent
from policy.revocation import revokes


def may_revoke(text: InboundText, organization_id: int) -> bool:
    """Whether `text` may ask for no more texts. Holds the phone when it does, before any thread is locked."""
    if not revokes(text.body):
        return False
    locks.phone(organization_id, text.sender)
    return True


def goes_on(body: str, party: Participant) -> bool:
    """Whether it goes where routing says all the same: a client who writes of an emergency too is not kept from the sitter."""
    return party.role not in (Role.SITTER, Role.MEMBER) and is_urgent(body)


def suspect(message: Message, party: Participant, at: datetime) -> None:
    """Open the decision about `message`, kept by now, and bring it to the owner's eyes, wherever else it went.

    A blocked phone's text stays low, as all of its texts; whether its owner is ever to be texted again is to be decided all the same.
    """
    revocations.suspect(message, party.e164, at)
    if not party.is_blocked:
        timeline.mark_unread(message.thread, message.position)
