"""Whom a call is put through to: the office's own people alone. Never a client, and never a sitter, by whatever phone they are reached."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from messaging.calls import plans
from messaging.calls.plans import Plan
from messaging.errors import MessagingError
from messaging.models import MessageNumber
from messaging.models.numbers import CallHandling, NumberState
from messaging.models.phones import display
from messaging.people import ownership
from messaging.providers import twiml
from snoutos.accounts.models import Organization, User

# Most phones pass a call on to a mailbox of their own after 25 to 30 seconds: then that would have taken it.
RING_SECONDS = 20


class CallsCannotGoThere(MessagingError):  # noqa: N818
    """A phone that no call may be forwarded to; the sentence says whose it is."""

    code = "calls_cannot_go_there"
    sentence = "Calls can't be forwarded to this phone."
    status = 409


def require_allowed(organization_id: int, e164: str) -> None:
    """Raise CallsCannotGoThere, naming the holder, for a client's phone, a sitter's, and one of the business' own numbers.

    A member who also sits by the same phone is a member here: they take the call as the office, and it is the office that the client
    called. The phone of somebody whom only a conversation still knows as a client is the client's.
    """
    holder = ownership.holder_of(organization_id, e164)
    if holder.number is not None:
        raise CallsCannotGoThere(f"{display(e164)} is one of your own numbers, so calls can't go there.")
    client = holder.client or holder.talks_as
    if client is not None:
        raise CallsCannotGoThere(
            f"{display(e164)} is {client.name}'s, a client's. Calls are never put through to a client."
        )
    if holder.sitter is not None and not takes_calls(holder.member):
        raise CallsCannotGoThere(
            f"{display(e164)} is {holder.sitter.name}'s, a sitter's. Calls are never put through to a sitter."
        )


def takes_calls(member: User | None) -> bool:
    """Whether calls can go to `member`: an owner or staff who may sign in and has a phone."""
    return member is not None and member.is_active and member.is_staff and bool(member.phone)


def members_of(organization: Organization | None) -> list[User]:
    """The members of a business whom calls can go to, by name."""
    found = User.objects.of(organization).filter(is_active=True).exclude(phone="")
    return sorted(filter(takes_calls, found), key=str)


def chosen(plan: Plan) -> str:
    """The phone that the owner chose for a call, E.164; empty when there is none, or when the member has none any more."""
    if plan.handling == CallHandling.OFFICE_PHONE:
        return plan.phone
    if plan.handling == CallHandling.MEMBER and plan.member is not None and takes_calls(plan.member):
        return str(plan.member.phone)
    return ""


def hindrance(number: MessageNumber, plan: Plan) -> str:
    """Why no call to `number` is put through by `plan` although it says so; a sentence, else empty."""
    if plan.handling == CallHandling.SENTENCE:
        return ""
    phone = chosen(plan)
    if not phone:
        return f"{plan.member} has no phone here anymore."
    try:
        require_allowed(number.organization_id, phone)
    except CallsCannotGoThere as refusal:
        return refusal.sentence
    return ""


def target(number: MessageNumber, caller: str, at: datetime) -> str:
    """The phone that a call from `caller` to `number` is put through to at `at`; empty: no one's, they hear the sentence.

    Asked anew at each call: a phone may have become a client's or a sitter's since it was chosen. Nobody is put through to themselves, and
    no call of another business number of this installation is passed on, so that two of them can't send one around in a circle.
    """
    plan = plans.at_moment(number, at)
    phone = chosen(plan)
    if not phone or phone == caller or _is_business_number(caller) or hindrance(number, plan):
        return ""
    return phone


def _is_business_number(e164: str) -> bool:
    return bool(MessageNumber.objects.filter(e164=e164).exclude(state=NumberState.RETIRED).exists())


def answer(number: MessageNumber, to: str) -> str:
    """What the provider is to do with a call that goes to the phone `to`: who rings there is the business, never the caller."""
    then = f"{settings.PUBLIC_BASE_URL}{reverse('twilio-voice-forwarded')}"
    return twiml.forward(to, caller_id=str(number.e164), ring_seconds=RING_SECONDS, then=then)
