"""Letting a number or domain through from now on, from the text that was held for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import Actor, current, recording
from messaging import locks
from messaging.errors import MessagingError, NotAllowable
from messaging.models import Message
from messaging.models.messages import HeldReason, MessageState
from messaging.review import decisions
from policy import events
from policy.models import AllowedContact
from policy.permissions import CHANGE_ALLOWED
from policy.reader import RULES
from policy.screen import screen_again
from snoutos.accounts.models import User


@dataclass(frozen=True, slots=True)
class Allowed:
    """The exception, and the text as it is now. `refused` says what kept a text from leaving that nothing is found in any more."""

    contact: AllowedContact
    message: Message
    refused: MessagingError | None = None


def allow(message: Message, *, kind: str, value: str, by: User, at: datetime) -> Allowed:
    """Let `value` (kind `phone` or `domain`) through from now on. A text that was held for nothing else is sent as written.

    What is allowed already stays so, and no second entry is made. Raises NotAllowable for what is no number or domain, or everybody's;
    NotAllowed for staff to whom the owner has not lent it.
    """
    CHANGE_ALLOWED.require(by)
    wanted = _valid(message, kind, value, by, at)
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        locks.thread(message.thread_id)
        held = locks.message(message.pk)
        contact = _keep(wanted)
        if held.state != MessageState.HELD or held.held_reason != HeldReason.FINDING or not _is_clean(held):
            return Allowed(contact, held)
        try:
            sent = decisions.approve(held, by=by, at=at)
        except MessagingError as error:
            return Allowed(contact, held, error)
        sent.redacted_body, sent.reader_rules = None, RULES
        sent.save(update_fields=["redacted_body", "reader_rules"])
        return Allowed(contact, sent)


def _valid(message: Message, kind: str, value: str, by: User, at: datetime) -> AllowedContact:
    contact = AllowedContact(
        organization_id=message.organization_id, kind=kind, value=value, added_by=by, created_at=at
    )
    try:
        contact.full_clean(exclude=["organization", "added_by"], validate_constraints=False)
    except ValidationError as error:
        raise NotAllowable(" ".join(error.messages)) from error
    return contact


def _keep(wanted: AllowedContact) -> AllowedContact:
    kept, is_new = AllowedContact.objects.of(wanted.organization_id).get_or_create(
        kind=wanted.kind,
        value=wanted.value,
        defaults={
            "organization_id": wanted.organization_id,
            "added_by": wanted.added_by,
            "created_at": wanted.created_at,
        },
    )
    if is_new:
        current().record(
            events.policy_allowed_added(
                organization_id=kept.organization_id, entry_id=kept.pk, kind=kept.kind
            )
        )
    contact: AllowedContact = kept
    return contact


def _is_clean(held: Message) -> bool:
    verdict = screen_again(held)
    return not verdict.findings and not verdict.failed
