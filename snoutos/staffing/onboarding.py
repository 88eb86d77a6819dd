"""A sitter joins the business: their card, their phone, a number of their own, and a first text from the office, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.record import Actor, current, recording
from messaging import events, locks
from messaging.errors import NoNumber, NumberInUse, SitterWithoutLine
from messaging.models import MessageNumber, Participant, Sitter, Thread
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.threads import ThreadKind
from messaging.numbers import lifecycle
from messaging.outbound.queue.submit import Author, submit
from messaging.people import sitters, starting
from messaging.people.starting import Whom
from messaging.permissions import ONBOARD_SITTER
from messaging.sign_in import links
from messaging.sign_in.links import Means
from snoutos.accounts.models import Organization, User


@dataclass(frozen=True, slots=True)
class Joined:
    """The sitter, and the office's conversation with them when a first text was written."""

    sitter: Sitter
    thread: Thread | None = None


def free_numbers(organization_id: int) -> QuerySet[MessageNumber]:
    """Numbers that can become a sitter's own: in use, not the front desk's or a working sitter's, and without an open conversation."""
    talking = Participant.objects.filter(number=OuterRef("pk"), left_at__isnull=True)
    nobodys = Q(role=NumberRole.POOL) | Q(role=NumberRole.SITTER, sitter__isnull=True)
    rows = MessageNumber.objects.of(organization_id).filter(nobodys, state=NumberState.ACTIVE)
    return rows.filter(~Exists(talking)).order_by("e164")


def onboard(
    *,
    organization: Organization,
    name: str,
    phone: str = "",
    number: MessageNumber | None = None,
    welcome: str = "",
    by: User,
    at: datetime,
) -> Joined:
    """A new sitter with everything they need to begin. `number` is their own from now on; `welcome` is texted to them by the office,
    and a link to their sitter page after it.

    Raises NotAllowed; what `sitters.create_sitter` does about the phone; NumberInUse for a number that is not free; SitterWithoutLine or
    NoNumber when the first text has nowhere to go; what `submit` refuses.
    """
    ONBOARD_SITTER.require(by)
    if welcome and not phone:
        raise SitterWithoutLine("Add their phone, or leave the first text empty: it goes to their phone.")
    with transaction.atomic(), recording(actor=Actor.person(by), at=at):
        _hold_numbers(organization.pk, number, welcome)
        sitter = sitters.create_sitter(organization=organization, name=name, phone=phone, by=by, at=at)
        if number is not None:
            lifecycle.set_role(number, role=NumberRole.SITTER, sitter=sitter, by=by, at=at)
        current().record(
            events.sitter_onboarded(
                organization_id=organization.pk,
                sitter_id=sitter.pk,
                number_id=number.pk if number is not None else None,
            )
        )
        if not welcome:
            return Joined(sitter)
        thread = starting.start(Whom(sitter=sitter), by=by, at=at).thread
        submit(thread=thread, author=Author.owner(by), body=welcome, at=at)
        if links.may_sign_in(sitter):
            links.send(sitter, by=by, at=at, means=Means.WELCOME)
        return Joined(sitter, thread)


def _hold_numbers(organization_id: int, number: MessageNumber | None, welcome: str) -> None:
    """Numbers come before phones. Raises NumberInUse, NoNumber."""
    desk = starting.numbers(organization_id, ThreadKind.STAFF).first() if welcome else None
    if welcome and desk is None:
        raise NoNumber
    for pk in sorted({one.pk for one in (number, desk) if one is not None}):
        if number is not None and pk == number.pk:
            locks.number(pk)
        else:
            locks.number_shared(pk)
    if number is not None and not free_numbers(organization_id).filter(pk=number.pk).exists():
        raise NumberInUse("This number is already in use. Choose another, or leave it empty.")
