"""What can go wrong with texts, each with a stable code and a sentence for people."""

from __future__ import annotations

from snoutos.problems import Problem


class MessagingError(Problem):
    """Something about texts that somebody can act on."""

    code = "messaging"


class EmptyText(MessagingError):  # noqa: N818
    """There is nothing to send: write a text first."""

    code = "empty_text"
    status = 400


class TextTooLong(MessagingError):  # noqa: N818
    """A text has at most 1,600 characters: shorten it or send two."""

    code = "text_too_long"
    status = 400


class NotInCharge(MessagingError):  # noqa: N818
    """You do not look after this conversation right now, so the text was not sent."""

    code = "not_in_charge"
    status = 403


class SendingLocked(MessagingError):  # noqa: N818
    """Sending is locked after several held texts. The owner can lift it."""

    code = "sending_locked"
    status = 403


class NobodyThere(MessagingError):  # noqa: N818
    """Nobody outside takes part in this conversation any more, so there is nobody to text."""

    code = "nobody_there"
    status = 409


class ThreadIsClosed(MessagingError):  # noqa: N818
    """This conversation is closed. Reopen it to write."""

    code = "thread_closed"
    status = 409


class OptedOut(MessagingError):  # noqa: N818
    """This phone said STOP, so nothing may be sent to it until it says START."""

    code = "opted_out"
    status = 409


class NumberResting(MessagingError):  # noqa: N818
    """The conversation's business number is resting or was given back. Move the conversation to another number first."""

    code = "number_not_active"
    status = 409


class PartyBlocked(MessagingError):  # noqa: N818
    """This phone is blocked. Unblock it to write."""

    code = "party_blocked"
    status = 409


class AlreadyReviewed(MessagingError):  # noqa: N818
    """Somebody has decided about this text already. Nothing was sent twice."""

    code = "already_reviewed"
    status = 409


class NotPossibleNow(MessagingError):  # noqa: N818
    """This is no longer possible: its state has changed."""

    code = "not_possible_now"
    status = 409


class TooEarly(MessagingError):  # noqa: N818
    """It is still being looked up. Sending again is offered ten minutes after the call."""

    code = "too_early"
    status = 409


class WindowOverlaps(MessagingError):  # noqa: N818
    """Another sitter already has this conversation in part of that time."""

    code = "window_overlaps"
    status = 409


class OverrideOverlaps(MessagingError):  # noqa: N818
    """This conversation already has an override in that time. Remove it first."""

    code = "override_overlaps"
    status = 409


class BadTimes(MessagingError):  # noqa: N818
    """The end must come after the start."""

    code = "bad_times"
    status = 400


class ReasonNeeded(MessagingError):  # noqa: N818
    """Say why: the reason is shown to those it concerns."""

    code = "reason_needed"
    status = 400


class NoSitter(MessagingError):  # noqa: N818
    """Name an active sitter of this business."""

    code = "no_sitter"
    status = 400


class NoNumber(MessagingError):  # noqa: N818
    """There is no active front desk number to write from. Add one first."""

    code = "no_number"
    status = 409


class NumberInUse(MessagingError):  # noqa: N818
    """This number is in use already."""

    code = "number_in_use"
    status = 409


class BadPace(MessagingError):  # noqa: N818
    """A line sends more than 0 and at most 100 segments a second, and between 1 and 1,000 at once."""

    code = "bad_pace"
    status = 400


class PhoneInUse(MessagingError):  # noqa: N818
    """Another client or sitter already has this phone."""

    code = "phone_in_use"
    status = 409


class SitterWithoutLine(MessagingError):  # noqa: N818
    """This sitter has no phone here, or no number is free towards it: they read and write in the app."""

    code = "sitter_without_line"
    status = 409


class FoundSomething(MessagingError):  # noqa: N818
    """Screening found a phone number, an address, a link or a handle in the text, so it was not sent."""

    code = "found_something"
    status = 409


class NotAllowable(MessagingError):  # noqa: N818
    """This cannot be let through: write a phone number, or a domain that is one business' own."""

    code = "not_allowable"
    status = 400


class NotAlike(MessagingError):  # noqa: N818
    """Only texts of one sender in which the same was found can be approved together. Decide about the others one by one."""

    code = "not_alike"
    status = 422
