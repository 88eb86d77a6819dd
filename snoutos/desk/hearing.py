"""What the page “Where alerts go” shows, and the line above the inbox that leads there. For owners."""

from __future__ import annotations

from dataclasses import dataclass

from messaging.alerting import channels, proof
from messaging.alerting.channels import Channel
from messaging.models.alerting import ChannelKind
from snoutos.core import mail, timefmt
from snoutos.desk.attention import Counts
from snoutos.desk.request import DeskRequest

_TROUBLES = {
    mail.OFF: "E-mail isn't set up on this server, so nothing can be e-mailed. Ask whoever runs SnoutOS for you.",
    "opted_out": "This phone texted STOP, so it gets no alerts. Text START from it to your business number.",
    "phone_taken": "This phone now belongs to a client or is one of your business numbers. Choose another.",
    "no_number": "None of your numbers can send right now, so alerts can't be texted.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One address as the page shows it. `tone` is success, warning or danger; `code` fills the field when a letter's link was followed."""

    kind: str
    address: str
    shown: str
    icon: str
    state: str
    tone: str
    detail: str
    can_test: bool
    test: str
    waits_for_code: bool
    code: str


def rows(desk: DeskRequest, *, code: str = "", channel_id: str = "") -> list[Row]:
    """The channels of the visitor's business."""
    return [_row(desk, one, code, channel_id) for one in channels.channels(desk.organization)]


def line(counts: Counts) -> str:
    """What to say above the inbox while an alert could not reach an owner who is away; empty when one is proven to."""
    return "" if counts.hearing else "No one gets alerts when SnoutOS is closed."


def _row(desk: DeskRequest, channel: Channel, code: str, channel_id: str) -> Row:
    is_text = channel.kind == ChannelKind.TEXT
    state, tone, detail = _standing(desk, channel)
    row = channel.row
    followed = bool(row and str(row.public_id) == channel_id)
    return Row(
        kind=channel.kind,
        address=channel.address,
        shown=channel.shown,
        icon="sms" if is_text else "mail",
        state=state,
        tone=tone,
        detail=detail,
        can_test=not channel.trouble,
        test="Send a test text" if is_text else "Send a test e-mail",
        waits_for_code=row is not None and proof.holds(row, desk.at),
        code=code if followed else "",
    )


def _standing(desk: DeskRequest, channel: Channel) -> tuple[str, str, str]:
    if channel.trouble:
        return "Can't be reached", "danger", _TROUBLES[channel.trouble]
    row = channel.row
    if row is not None and row.proven_at is not None:
        return "Works", "success", f"A test arrived {timefmt.full(row.proven_at, desk.zone)}."
    if channel.of_owner:
        return "Not tested", "warning", "Alerts are sent here, but no one has confirmed a test yet."
    return "Not tested", "warning", "Alerts go here once a test arrives."
