"""Where alerts go, and whether it is proven that they arrive there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import events
from audit.record import Actor, current, recording
from messaging import canceling, locks
from messaging.alerting import texts
from messaging.consent.standing import is_opted_out
from messaging.errors import AlertAddressRefused
from messaging.models import AlertChannel, OptOut, Participant
from messaging.models.alerting import ChannelKind
from messaging.models.phones import display, parse_e164
from messaging.models.threads import LeftReason, Role
from messaging.people import ownership, participants
from messaging.permissions import CHOOSE_ALERTING
from snoutos.accounts.models import Organization, User
from snoutos.accounts.roles import Role as AccountRole
from snoutos.core import mail

MOST_ADDRESSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address that alerts go to, or will once it is proven.

    `of_owner`: nobody typed it in, it is an owner's own sign-in address. `trouble` is why nothing can reach it now, or empty: `mail_off`,
    `opted_out`, `phone_taken` (it is a client's, or one of the business' own numbers, by now), `no_number` (none of ours can send).
    """

    kind: ChannelKind
    address: str
    of_owner: bool = False
    row: AlertChannel | None = None
    trouble: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether somebody saw a test arrive there."""
        return self.row is not None and self.row.proven_at is not None

    @property
    def is_used(self) -> bool:
        """Whether alerts go there. What was typed in may be a stranger's until a test arrived; an owner's own address is tried at once."""
        return not self.trouble and (self.is_proven or self.of_owner)

    @property
    def shown(self) -> str:
        """The address as people read it."""
        return display(self.address) if self.kind == ChannelKind.TEXT else self.address


def channels(organization: Organization) -> list[Channel]:
    """The phone first, then the mail addresses: those typed in, or else every owner's own."""
    typed = organization.alert_emails
    wanted = [(ChannelKind.TEXT, organization.alert_phone)] if organization.alert_phone else []
    wanted += [(ChannelKind.MAIL, address) for address in typed or _owners(organization)]
    rows = {(row.kind, row.address): row for row in AlertChannel.objects.of(organization)}
    return [
        Channel(
            kind=kind,
            address=address,
            of_owner=kind == ChannelKind.MAIL and not typed,
            row=rows.get((kind, address)),
            trouble=_trouble(organization, kind, address),
        )
        for kind, address in wanted
    ]


def proven() -> QuerySet[AlertChannel]:
    """The channels of all businesses that are in use, proven and not stopped: as `channels` says, in one query."""
    mine = Organization.objects.filter(pk=OuterRef("organization"))
    owners = User.objects.filter(
        organization=OuterRef("organization"),
        role=AccountRole.OWNER,
        is_active=True,
        email=OuterRef("address"),
    )
    stopped = OptOut.objects.filter(
        organization=OuterRef("organization"), e164=OuterRef("address"), is_in_force=True
    )
    texts_go = Q(
        Exists(mine.filter(alert_phone=OuterRef("address"))), ~Exists(stopped), kind=ChannelKind.TEXT
    )
    typed = Exists(mine.filter(alert_emails__contains=[OuterRef("address")]))
    letters_go = Q(kind=ChannelKind.MAIL) & (typed | Q(Exists(mine.filter(alert_emails=[])), Exists(owners)))
    found: QuerySet[AlertChannel] = AlertChannel.objects.filter(proven_at__isnull=False)
    return found.filter(texts_go | letters_go if mail.can_leave() else texts_go)


def row_of(organization_id: int, channel: Channel) -> AlertChannel:
    """The row of `channel`, made on first use."""
    if channel.row is not None:
        return channel.row
    row: AlertChannel = AlertChannel.objects.get_or_create(
        organization_id=organization_id, kind=channel.kind, address=channel.address
    )[0]
    return row


def choose(
    organization: Organization, *, phone: str, emails: list[str], by: User, at: datetime
) -> Organization:
    """Let alerts go to `phone` (empty: to none) and to `emails` (none: every owner's own). Raises AlertAddressRefused with what is wrong.

    The conversation with a phone that was used before ends, and what was queued to it is canceled.
    """
    CHOOSE_ALERTING.require(by)
    addresses = _checked_emails(emails)
    with transaction.atomic(), recording(actor=Actor.user(by.pk), at=at):
        e164 = _checked_phone(organization, phone)
        if e164:
            locks.phone(organization.pk, e164)
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        changed = [
            name
            for name, old, new in (
                ("alert_phone", row.alert_phone, e164),
                ("alert_emails", row.alert_emails, addresses),
            )
            if old != new
        ]
        if not changed:
            return row
        before, row.alert_phone, row.alert_emails = row.alert_phone, e164, addresses
        row.save(update_fields=["alert_phone", "alert_emails"])
        if before and before != e164:
            _part(row, before, at)
        current().record(events.settings_changed(organization_id=row.pk, fields=changed))
    return row


def is_taken(organization_id: int, e164: str) -> str:
    """Whose `e164` is when it cannot be the phone for alerts, as a sentence; empty when it can."""
    holder = ownership.holder_of(organization_id, e164)
    if holder.number is not None:
        return "This is one of your business numbers. Use your personal phone."
    return f"This is the phone of your client {holder.client}. Use your own." if holder.client else ""


def _trouble(organization: Organization, kind: ChannelKind, address: str) -> str:
    if kind == ChannelKind.MAIL:
        return "" if mail.can_leave() else mail.OFF
    if is_opted_out(organization.pk, address):
        return "opted_out"
    if is_taken(organization.pk, address):
        return "phone_taken"
    return "" if texts.number_for(organization.pk, address) else "no_number"


def _owners(organization: Organization) -> list[str]:
    owners = User.objects.filter(organization=organization, role=AccountRole.OWNER, is_active=True)
    return list(owners.order_by("pk").values_list("email", flat=True))


def _checked_emails(typed: list[str]) -> list[str]:
    found: list[str] = []
    for address in (one.strip().lower() for one in typed):
        if not address or address in found:
            continue
        try:
            validate_email(address)
        except ValidationError as error:
            raise AlertAddressRefused(f"“{address}” isn't an e-mail address.") from error
        found.append(address)
    if len(found) > MOST_ADDRESSES:
        raise AlertAddressRefused(f"Alerts can go to up to {MOST_ADDRESSES} addresses.")
    return found


def _checked_phone(organization: Organization, typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        e164 = parse_e164(typed.strip())
    except ValidationError as error:
        raise AlertAddressRefused(error.messages[0]) from error
    taken = is_taken(organization.pk, e164)
    if taken:
        raise AlertAddressRefused(taken)
    return e164


def _part(organization: Organization, e164: str, at: datetime) -> None:
    """End the conversation with a phone that alerts no longer go to. A sitter's or member's own conversation with the office goes on."""
    locks.phone(organization.pk, e164)
    lines = Participant.objects.of(organization).filter(
        Q(left_at__isnull=True, member__isnull=True), e164=e164, role=Role.MEMBER
    )
    for line in lines.order_by("thread_id"):
        locks.thread(line.thread_id)
        canceling.cancel_of_thread(line.thread_id, reason="alert_phone_changed", at=at)
        participants.leave(line, LeftReason.REPLACED, at)
