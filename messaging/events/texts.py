"""Texts: received, noted, reviewed, looked at."""

from __future__ import annotations

from collections.abc import Iterable

from audit.registry import About, about, subject, verb

subject("message", "messaging.Message", has_page=True)
subject("media", "messaging.MessageMedia")


@verb("access.conversation_opened", "Someone opened a conversation.", subject="thread")
def access_conversation_opened(*, organization_id: int, thread_id: int) -> About:
    """Once for each credential and conversation in a quarter of an hour, for API keys in a day."""
    return about(organization_id, thread_id, thread_id)


@verb("access.picture_opened", "Someone opened a picture or file.", subject="media")
def access_picture_opened(*, organization_id: int, media_id: int, thread_id: int) -> About:
    """As `access_conversation_opened`, of one picture or file."""
    return about(organization_id, media_id, thread_id)


@verb("message.received", "A text came in ({author_kind}).", subject="message")
def message_received(
    *, organization_id: int, thread_id: int, message_id: int, author_kind: str, audience: str
) -> About:
    return about(organization_id, message_id, thread_id, author_kind=author_kind, audience=audience)


@verb("message.note_added", "A note was added.", subject="message")
def message_note_added(*, organization_id: int, thread_id: int, message_id: int) -> About:
    """A note among the business' own people; it never leaves."""
    return about(organization_id, message_id, thread_id)


@verb("review.approved", "A held text was approved and sent.", subject="message")
def review_approved(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> About:
    return about(organization_id, message_id, thread_id, violation_ids=violation_ids)


@verb("review.edited", "A held text was edited and sent.", subject="message")
def review_edited(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> About:
    """Edited, then sent."""
    return about(organization_id, message_id, thread_id, violation_ids=violation_ids)


@verb("review.rejected", "A held text was rejected ({reason}).", subject="message")
def review_rejected(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int], reason: str
) -> About:
    """`reason` is its code; the words for the sitter stay with the message."""
    return about(organization_id, message_id, thread_id, violation_ids=violation_ids, reason=reason)


@verb("review.dismissed", "A held text was dismissed.", subject="message")
def review_dismissed(
    *, organization_id: int, thread_id: int, message_id: int, violation_ids: Iterable[int]
) -> About:
    return about(organization_id, message_id, thread_id, violation_ids=violation_ids)


@verb(
    "message.handed_to_owner",
    "A client's text for the sitter became unread for you ({reason}).",
    subject="message",
)
def message_handed_to_owner(*, organization_id: int, thread_id: int, message_id: int, reason: str) -> About:
    """A client's text that a sitter was to read became unread for the owner: `relay_not_arrived` or `not_opened`."""
    return about(organization_id, message_id, thread_id, reason=reason)
