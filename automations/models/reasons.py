"""Why an execution or a step of it did not happen, or happened otherwise: the code that the row keeps, and the sentence people read."""

from __future__ import annotations

from django.db import models


class Reason(models.TextChoices):
    """`Execution.reason`, `Step.reason`. What messaging refuses has its own code and sentence (`messaging.errors`), unless it is here."""

    # The whole of it.
    ARCHIVED = "archived", "The automation was archived before it got here."
    PAUSED = "paused", "The automation was paused before it got here."
    GONE = "gone", "What it was about is gone."
    TOO_LATE = "too_late", "It was over an hour late, so nothing was sent."
    NO_LONGER_SO = "no_longer_so", "It no longer applied: the visit had moved, or the text was answered."
    UNREADABLE = "unreadable", "This rule was made for another version of SnoutOS, so it did nothing."
    # One action.
    ERROR = "error", "Something went wrong in SnoutOS on every try."
    TEMPLATE = "template", "The text couldn't be written: something it mentions was missing."
    NO_CONVERSATION = "no_conversation", "There's no conversation to do it in."
    NO_CLIENT = "no_client", "There's no client in this conversation."
    NO_SITTER = "no_sitter", "No sitter was on duty."
    HOURLY_LIMIT = "hourly_limit", "Your hourly limit for automation texts was reached."
    DAILY_LIMIT = "daily_limit", "This client's daily limit for automation texts was reached."
    HELD_FOR_REVIEW = "held_for_review", "Screening found something, so it's waiting for your review."
    NOTHING_TO_CHANGE = "nothing_to_change", "Nothing to change: it was already that way."
    TOO_MANY_TAGS = "too_many_tags", "The conversation already has the most tags it can have."
    ADDRESS_REFUSED = (
        "address_refused",
        "The other system's address isn't allowed: it's private or doesn't exist.",
    )
    CALL_FAILED = "call_failed", "The call to the other system was interrupted on every try."
    NO_ANSWER = "no_answer", "The other system didn't answer on any try."
    NOT_NOW = "not_now", "The other system was busy on every try."
    NOT_TAKEN = "not_taken", "The other system refused it with an error that trying again won't fix."
    REDIRECTED = "redirected", "The other system redirected us; calls go only to the address you entered."
    CERTIFICATE_REFUSED = "certificate_refused", "The other system's certificate isn't valid."
    MAIL_OFF = "mail_off", "E-mail isn't set up on this server, so none was sent. The alert is in SnoutOS."
    MAIL_UNKNOWN = (
        "mail_unknown",
        "The connection to the mail server broke: the e-mail may have been sent. The alert is in SnoutOS.",
    )
    MAIL_FAILED = "mail_failed", "The e-mail couldn't be sent on any try. The alert is in SnoutOS."
    # What forbids a text.
    AUTO_REPLY = "auto_reply", "It would have answered an auto-reply, such as “I'm driving …”."
    OPTED_OUT = "opted_out", "They texted STOP, so nothing can be sent to them."
    THREAD_CLOSED = "thread_closed", "The conversation was closed."
    NOBODY_THERE = "nobody_there", "No one is in this conversation anymore."
    OVERRIDE_OVERLAPS = "override_overlaps", "Its texts were already redirected."
    EMPTY_TEXT = "empty_text", "The text was empty."
    TEXT_TOO_LONG = "text_too_long", "The text was longer than 1,600 characters."
