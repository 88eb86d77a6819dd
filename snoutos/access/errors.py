"""What a sign-in answers besides yes and no."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from snoutos.core.problems import Problem


class MustWait(Problem):
    """`letter`: a link past the wait was mailed, if this name is that of somebody whom the desk opens for."""

    sentence = "Too many wrong passwords. Try again later."
    code = "too_many_wrong_passwords"
    status = 429
    retry = True

    def __init__(self, until: datetime, at: datetime, *, letter: bool = False) -> None:
        self.letter = letter
        self.wait = max(ceil((until - at).total_seconds()), 1)
        why = self.sentence.partition(".")[0]
        super().__init__(f"{why}. Try again in {_in_words(until - at)}.")


class MustWaitForLetter(MustWait):
    """Said alike of names that somebody has and of others."""

    sentence = "Too many links asked for. Try again later."
    code = "too_many_links_asked_for"

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(until, at)


def _in_words(left: timedelta) -> str:
    seconds = max(ceil(left.total_seconds()), 1)
    if seconds < 60:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


class LinkIsOver(Problem):
    sentence = "This link was used already or is too old. Sign in as usual; if you have to wait, a new link comes by e-mail."
    code = "link_is_over"
    status = 410


class PasswordLinkIsOver(LinkIsOver):
    sentence = "This link was used already, was withdrawn or is too old. Sign in if you have a password, or ask for a new link."
    code = "password_link_is_over"


class CannotInvite(Problem):
    sentence = "They have a password, or no sign-in to the desk. Only owners and staff without a password are invited."
    code = "cannot_invite"
    status = 409


class MailIsOff(Problem):
    sentence = (
        "SnoutOS can't send e-mail yet: whoever runs it sets EMAIL_URL. Until then, set a password for them."
    )
    code = "mail_is_off"
    status = 409
