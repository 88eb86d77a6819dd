"""OK by text: whoever was told of alerts in their conversation with the office says that they have seen them.

A text proves its phone no better than a caller's number does. So it finishes nothing: acknowledged alerts stay in everybody's list, and
what is told of them is that they were acknowledged by text.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from audit import alert_lifecycle
from audit.models import Alert, AlertState
from audit.permissions import ACKNOWLEDGE
from audit.record import current
from messaging import events
from messaging.alerting import texts
from messaging.errors import MessagingError
from messaging.models import Delivery, Notification, Participant
from messaging.models.deliveries import DeliveryState
from messaging.models.threads import ThreadKind
from snoutos.accounts.models import User

WORDS = frozenset({"OK", "OKAY"})
# Of a text on its way they may know; of one that certainly isn't there they don't.
_NOT_THERE = (
    DeliveryState.QUEUED,
    DeliveryState.UNDELIVERED,
    DeliveryState.FAILED,
    DeliveryState.CANCELED,
)


def is_one(body: str, party: Participant) -> bool:
    """Whether a text from `party` is the word alone, in the office's own conversation with them."""
    if party.left_at is not None or party.is_blocked or party.thread.kind != ThreadKind.STAFF:
        return False
    return re.sub(r"[\W_]+", "", body).upper() in WORDS


def acknowledge(party: Participant, *, written_at: datetime, key: str, at: datetime) -> int:
    """Acknowledge the open alerts that `party` was told of in this conversation by `written_at`, and text them so; how many.

    Inside a recording transaction, with the thread held; `key` names the text that said OK. One that is raised again at this moment
    stays open.
    """
    user = party.member or (party.sitter.user if party.sitter else None)
    if not _may(party, user):
        return 0
    by = user if ACKNOWLEDGE.allows(user) else None
    seen = list(_told(party, written_at))
    for alert in seen:
        alert_lifecycle.acknowledge(alert, by=by, at=at)
    if seen:
        current().record(
            events.alerts_answered(
                organization_id=party.organization_id, thread_id=party.thread_id, count=len(seen)
            )
        )
        _say_so(party, len(seen), key=key, at=at)
    return len(seen)


def _may(party: Participant, user: User | None) -> bool:
    """Members who may on the desk; and the phone that an owner chose for alerts, whose holder need not be a member."""
    if user is not None and not user.is_active:
        return False
    return ACKNOWLEDGE.allows(user) or party.e164 == party.thread.organization.alert_phone


def _told(party: Participant, written_at: datetime) -> list[Alert]:
    arrived = Delivery.objects.filter(message=OuterRef("message")).exclude(state__in=_NOT_THERE)
    told = Notification.objects.filter(
        Exists(arrived),
        alert=OuterRef("pk"),
        message__thread=party.thread_id,
        message__created_at__lte=written_at,
    )
    opened = Alert.objects.of(party.organization_id).filter(Exists(told), state=AlertState.OPEN)
    # Whoever holds one writes its repeat: that is news, and nobody waits for it with a thread in hand.
    return list(opened.order_by("pk").select_for_update(no_key=True, skip_locked=True, of=("self",)))


def _say_so(party: Participant, count: int, *, key: str, at: datetime) -> None:
    sentence = (
        "Got it: the alert is acknowledged. It stays in SnoutOS until it's resolved."
        if count == 1
        else f"Got it: {count} alerts are acknowledged. They stay in SnoutOS until they're resolved."
    )
    try:
        with transaction.atomic():
            texts.answer(party, sentence, key=key, at=at)
    except MessagingError:
        # They said STOP, or the number is paused by now. What they answered counts all the same.
        return
