"""Whose a phone is, within one business: asked before it is given to somebody, and when a text to nobody known is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from messaging.errors import PhoneInUse, PhoneIsForAlerts
from messaging.models import Client, ClientPhone, MessageNumber, Participant, Sitter
from messaging.models.numbers import NumberState
from messaging.models.phones import display
from messaging.models.threads import Role
from snoutos.accounts.models import Organization, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose phone it is: a client's, a sitter's, a member's, one of the business' own numbers, or the phone that alerts go to.

    Nobody's: all empty. A member who also sits by the same phone is named as both.

    `talks_as`: the client whose conversation the phone is still in although it was taken off their card.
    """

    client: Client | None = None
    talks_as: Client | None = None
    sitter: Sitter | None = None
    member: User | None = None
    number: MessageNumber | None = None
    is_for_alerts: bool = False

    @property
    def is_nobody(self) -> bool:
        """Whether the phone stands on no card."""
        return not (self.client or self.sitter or self.member or self.number or self.is_for_alerts)


def holder_of(organization_id: int, e164: str) -> Holder:
    """Who holds the phone `e164` now. Certain only while the phone is held (`locks.phone`)."""
    phone = ClientPhone.objects.select_related("client").of(organization_id).filter(e164=e164).first()
    return Holder(
        client=phone.client if phone is not None else None,
        talks_as=_talking_as(organization_id, [e164]).get(e164) if phone is None else None,
        sitter=Sitter.objects.of(organization_id).filter(phone=e164).first(),
        member=User.objects.of(organization_id).filter(phone=e164).first(),
        number=own_number(organization_id, e164),
        is_for_alerts=Organization.objects.filter(pk=organization_id, alert_phone=e164).exists(),
    )


def _talking_as(organization_id: int, e164s: Collection[str]) -> dict[str, Client | None]:
    """In which client's open conversations the phones are."""
    rows = Participant.objects.of(organization_id).filter(
        e164__in=e164s, role=Role.CLIENT, left_at__isnull=True
    )
    return {row.e164: row.client for row in rows.select_related("client").order_by("-pk")}


def own_number(organization_id: int, e164: str) -> MessageNumber | None:
    """The business' own number `e164`, also a resting one; None when it has none of that."""
    ours = MessageNumber.objects.of(organization_id).filter(e164=e164)
    found: MessageNumber | None = ours.exclude(state=NumberState.RETIRED).first()
    return found


def require_free(
    organization_id: int, e164: str, *, client: Client | None = None, member: User | None = None
) -> None:
    """Raise what `refuse` does unless the phone is nobody's, or `client`'s or `member`'s own."""
    refuse(holder_of(organization_id, e164), e164, client=client, member=member)


def refuse(holder: Holder, e164: str, *, client: Client | None = None, member: User | None = None) -> None:
    """Raise PhoneInUse, naming who has the phone and what can be done, unless the holder is nobody or `client` or `member` themselves.

    `member`: the sign-in of whom the phone is for. One person may be member and sitter by the same phone, and alerts may go to it.
    Its facts name the card (`holder`, `holder_id`) and which verbs of that client help (`can`). PhoneIsForAlerts when alerts go to it.
    Certain only while the phone is held.
    """
    if holder.number is not None:
        raise PhoneInUse(f"{display(e164)} is one of your own numbers, so it can't be anyone's phone.")
    if holder.member is not None and holder.member != member:
        raise _a_members(holder.member)
    if holder.is_for_alerts and not (member is not None and member.is_staff):
        raise PhoneIsForAlerts
    if holder.sitter is not None and (member is None or holder.sitter.user_id != member.pk):
        raise PhoneInUse(
            f"{holder.sitter.name}, a sitter, already has this phone. A sitter who is also a client needs a second one for that.",
            holder="sitter",
            holder_id=str(holder.sitter.public_id),
        )
    if holder.client is not None and (client is None or holder.client.pk != client.pk):
        raise PhoneInUse(
            f"{holder.client.name} already has this phone. Add the partner to that card, or move the phone here from it.",
            holder="client",
            holder_id=str(holder.client.public_id),
            can=["add-partner", "give-phone"],
        )
    if holder.talks_as is not None and (client is None or holder.talks_as.pk != client.pk):
        raise PhoneInUse(
            f"{holder.talks_as.name} still has a conversation with this phone. Add it to their card again, and move it from there "
            "or say that it's someone else's now.",
            holder="client",
            holder_id=str(holder.talks_as.public_id),
            can=["add-phone"],
        )


def _a_members(member: User) -> PhoneInUse:
    return PhoneInUse(
        f"{member}, a member, already has this phone. If they sit too, choose them as the sitter's sign-in. "
        "If not, take it off under Members first.",
        holder="member",
        holder_id=str(member.public_id),
    )


def holders_of(organization_id: int, e164s: Collection[str]) -> dict[str, Holder]:
    """What `holder_of` says of each of many phones, in six queries: for previews, which hold nothing."""
    phones = ClientPhone.objects.select_related("client").of(organization_id).filter(e164__in=e164s)
    clients = {phone.e164: phone.client for phone in phones}
    sitters = {one.phone: one for one in Sitter.objects.of(organization_id).filter(phone__in=e164s)}
    members = {one.phone: one for one in User.objects.of(organization_id).filter(phone__in=e164s)}
    ours = MessageNumber.objects.of(organization_id).filter(e164__in=e164s).exclude(state=NumberState.RETIRED)
    numbers = {one.e164: one for one in ours}
    alerts = Organization.objects.filter(pk=organization_id).values_list("alert_phone", flat=True).first()
    talking = _talking_as(organization_id, [e164 for e164 in e164s if e164 not in clients])
    return {
        e164: Holder(
            client=clients.get(e164),
            talks_as=talking.get(e164),
            sitter=sitters.get(e164),
            member=members.get(e164),
            number=numbers.get(e164),
            is_for_alerts=e164 == alerts,
        )
        for e164 in e164s
    }
