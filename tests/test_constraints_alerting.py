"""Each constraint of where alerts go and which of them left, broken once, by name."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from messaging.models import AlertChannel, Notification, Participant
from snoutos.accounts.models import Organization
from tests.business import Business
from tests.constraints import breaks
from tests.messaging.alerting.steps import locked
from tests.refusals import refusal


def channel(business: Business, **more: Any) -> AlertChannel:
    values = {"kind": "mail", "address": "owner@tails.example", **more}
    made: AlertChannel = AlertChannel.objects.create(organization=business.organization, **values)
    return made


def notification(business: Business, **more: Any) -> Notification:
    values: dict[str, Any] = {"next_try_at": timezone.now(), **more}
    values.setdefault("alert", None)
    if values["alert"] is None:
        values["alert"] = locked(business)
    values.setdefault("channel", None)
    if values["channel"] is None:
        values["channel"] = AlertChannel.objects.first() or channel(business)
    made: Notification = Notification.objects.create(organization=business.organization, **values)
    return made


@breaks("organization_alert_phone_is_e164")
@pytest.mark.parametrize("phone", ["917-555-0133", "+0175550133", "+1917555013x", "19175550133"])
def test_the_phone_is_e164(business: Business, phone: str) -> None:
    mine = Organization.objects.filter(pk=business.organization.pk)
    assert refusal(lambda: mine.update(alert_phone=phone)) == "organization_alert_phone_is_e164"


@breaks(
    "alertchannel_once_per_address",
    "alertchannel_has_a_known_kind",
    "alertchannel_code_has_the_time_of_its_test",
    "alertchannel_proven_names_who_saw_it_arrive",
)
def test_channels(business: Business) -> None:
    channel(business)
    assert refusal(lambda: channel(business)) == "alertchannel_once_per_address"
    assert refusal(lambda: channel(business, kind="pigeon")) == "alertchannel_has_a_known_kind"
    half = {"address": "other@tails.example"}
    name = refusal(lambda: channel(business, **half, code_hash="x"))
    assert name == "alertchannel_code_has_the_time_of_its_test"
    name = refusal(lambda: channel(business, **half, proven_at=timezone.now()))
    assert name == "alertchannel_proven_names_who_saw_it_arrive"


@breaks(
    "notification_once_per_alert_and_channel",
    "notification_has_a_known_state",
    "notification_waiting_knows_until_when",
    "notification_sending_is_claimed",
    "notification_over_has_its_time",
)
def test_notifications(business: Business) -> None:
    alert = locked(business)
    notification(business, alert=alert)
    name = refusal(lambda: notification(business, alert=alert))
    assert name == "notification_once_per_alert_and_channel"
    other, now = locked(business, 2), timezone.now()
    broken = {
        "notification_has_a_known_state": {"state": "lost", "settled_at": now},
        "notification_waiting_knows_until_when": {"next_try_at": None},
        "notification_sending_is_claimed": {"state": "sending"},
        "notification_over_has_its_time": {"state": "sent"},
    }
    for rule, values in broken.items():
        assert refusal(lambda v=values: notification(business, alert=other, **v)) == rule  # type: ignore[misc]


@breaks("thread_one_open_member")
def test_one_member_takes_part_in_a_conversation(business: Business) -> None:
    thread = business.thread()
    thread.kind = "staff"
    thread.save()

    def join(phone: str) -> Participant:
        made: Participant = Participant.objects.create(
            organization=business.organization,
            thread=thread,
            number=business.front_desk,
            e164=phone,
            role="member",
        )
        return made

    join("+19175550133")
    assert refusal(lambda: join("+19175550134")) == "thread_one_open_member"
