"""A phone as people type it, and as it is stored."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from messaging.errors import MessagingError
from messaging.models.phones import REFUSALS, parse_e164


class BadPhone(MessagingError):  # noqa: N818
    sentence = "This isn't a phone number: check the digits."
    code = "bad_phone"
    status = 400


def parse(phone: str) -> str:
    """`phone` as it is stored and looked up (E.164). Raises BadPhone."""
    try:
        return parse_e164(phone)
    except ValidationError as error:
        raise BadPhone(f"This {REFUSALS[str(error.code)]}") from error
