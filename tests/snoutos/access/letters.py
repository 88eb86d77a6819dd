"""Letters with a link to choose a password, as whoever gets them uses them."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail

from snoutos.access import tasks
from snoutos.accounts.models import User
from tests.snoutos.access.people import Browser

WORD = "purple wallaby nine"
FORGOT = "/admin/forgot-password/"


def path_in(letter: Any) -> str:
    """The path of the link in `letter`."""
    found = re.search(r"http://testserver(/admin/set-password/\S+)", str(letter.body))
    assert found, letter.body
    return found[1]


def latest() -> str:
    """Sends what is due; the path in the last letter."""
    tasks.send_letters()
    return path_in(mail.outbox[-1])


def asked(user: User, browser: Browser | None = None) -> str:
    """The path of the link that `user` asked for at the sign-in page."""
    assert (browser or Browser()).post(FORGOT, {"email": user.email}).status_code == 200
    return latest()


def chooses(path: str, word: str = WORD, browser: Browser | None = None) -> int:
    """The status of the answer."""
    answer = (browser or Browser()).post(path, {"password1": word, "password2": word})
    return int(answer.status_code)
