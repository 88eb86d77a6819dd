"""What stands between a sitter and their page."""

from __future__ import annotations

from messaging.errors import MessagingError


class LinkIsOver(MessagingError):  # noqa: N818
    sentence = "This link was used already or is too old. Text LINK to the office's number for a new one."
    code = "sign_in_link_over"
    status = 410


class SignsInAtTheOffice(MessagingError):  # noqa: N818
    sentence = "They work in your office too: their own sign-in opens the sitter page, and a link would open the desk."
    code = "signs_in_at_the_office"
    status = 409


class SignInIsOff(MessagingError):  # noqa: N818
    sentence = "This sitter's sign-in is turned off. Turn it on under Members first."
    code = "sign_in_off"
    status = 409
