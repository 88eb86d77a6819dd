"""How alerts leave the desk."""

from __future__ import annotations

from audit.registry import About, about, subject, verb

subject("alert_channel", "messaging.AlertChannel")


@verb("alert.notified", "An alert was sent by {channel}.", subject="alert")
def alert_notified(
    *, organization_id: int, alert_id: int, channel: str, channel_id: int, thread_id: int | None = None
) -> About:
    """It left by `channel` (mail, text). A text's delivery tells whether it arrived."""
    return about(organization_id, alert_id, thread_id, channel=channel, channel_id=channel_id)


@verb("alerts.answered", "Someone answered OK to {count} alerts.", subject="thread")
def alerts_answered(*, organization_id: int, thread_id: int, count: int) -> About:
    """By text, in the office's conversation with them. Each alert has its own `alert.acknowledged`."""
    return about(organization_id, thread_id, thread_id, count=count)


@verb("alert.not_notified", "An alert wasn't sent by {channel} ({reason}).", subject="alert")
def alert_not_notified(
    *,
    organization_id: int,
    alert_id: int,
    channel: str,
    channel_id: int,
    reason: str,
    thread_id: int | None = None,
) -> About:
    """It did not leave by `channel`, or nobody knows whether it did; it is not tried again."""
    return about(organization_id, alert_id, thread_id, channel=channel, channel_id=channel_id, reason=reason)


@verb("alert_channel.tested", "A test alert was sent ({kind}).", subject="alert_channel")
def alert_channel_tested(*, organization_id: int, channel_id: int, kind: str) -> About:
    return about(organization_id, channel_id, kind=kind)


@verb("alert_channel.proven", "A test arrived: alerts can go there ({kind}).", subject="alert_channel")
def alert_channel_proven(*, organization_id: int, channel_id: int, kind: str) -> About:
    """An owner saw a test arrive there."""
    return about(organization_id, channel_id, kind=kind)
