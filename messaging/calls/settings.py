"""What the owner decides about calls to a number."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NotPossibleNow
from messaging.models import MessageNumber
from messaging.models.numbers import NumberState
from messaging.permissions import MANAGE_NUMBERS
from snoutos.accounts.models import User

LONGEST_SENTENCE = 500


def set_sentence(number: MessageNumber, sentence: str, *, by: User, at: datetime) -> MessageNumber:
    """Callers of `number` hear `sentence`, at most `LONGEST_SENTENCE` characters; empty: the one that says to text instead.

    Raises NotAllowed for a person who is no owner, NotPossibleNow for a number that was given back.
    """
    MANAGE_NUMBERS.require(by)
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        held = locks.number(number.pk)
        if held.state == NumberState.RETIRED:
            raise NotPossibleNow
        held.call_sentence = " ".join(sentence.split())
        held.save(update_fields=["call_sentence"])
        current().record(
            events.number_call_sentence_set(
                organization_id=held.organization_id, number_id=held.pk, is_own=bool(held.call_sentence)
            )
        )
        return held
