"""The provider's error codes: what each means for a text, and its cause in an owner's words. Pure.

Source of the codes: the provider's error dictionary (https://www.twilio.com/docs/api/errors).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class CodeClass(StrEnum):
    """What an error code asks for, whether it came in a reply or in a status callback."""

    RETRY_LATER = "retry_later"
    OUTCOME_UNKNOWN = "outcome_unknown"
    CREDENTIALS = "credentials"
    OPTED_OUT = "opted_out"
    UNTEXTABLE = "untextable"
    CONFIGURATION = "configuration"
    UNREACHABLE = "unreachable"
    FILTERED = "filtered"
    LIMIT = "limit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the provider or a carrier did not take a text: in an owner's words, and what the owner does so that the next one arrives."""

    kind: CodeClass
    title: str
    repair: str


_RETRY, _UNKNOWN, _CREDENTIALS = CodeClass.RETRY_LATER, CodeClass.OUTCOME_UNKNOWN, CodeClass.CREDENTIALS
_OPTED_OUT, _UNTEXTABLE, _SETUP = CodeClass.OPTED_OUT, CodeClass.UNTEXTABLE, CodeClass.CONFIGURATION
_UNREACHABLE, _FILTERED, _LIMIT = CodeClass.UNREACHABLE, CodeClass.FILTERED, CodeClass.LIMIT

_LATER = "Try again in a few minutes."
_ASK = "Ask whether it arrived, and send it again if not."
_ASK_FOR_NUMBER = "Ask for a mobile number that gets texts, and correct it on their card."
_ACCOUNT = "Sign in to your provider account and see why it was stopped. Then try again."
_NUMBER_SETUP = "Under Numbers, check that this number belongs to the connected account and can send texts. Then try again."
_REGION = "Allow texts to that country in your provider account's messaging settings. Then try again."
_WORDING = "Check the wording: links, ALL CAPS and ads often get blocked. Reword it and send again."

_TABLE: MappingProxyType[int, Cause] = MappingProxyType(
    {
        20429: Cause(_RETRY, "Too many texts at the same time", _LATER),
        21611: Cause(_RETRY, "This number's queue was full", _LATER),
        30001: Cause(_RETRY, "The sending queue was full", _LATER),
        30022: Cause(_RETRY, "The carrier's sending limit for your business was reached", _LATER),
        20500: Cause(_UNKNOWN, "The provider had an internal error", _ASK),
        20503: Cause(_UNKNOWN, "The provider was unavailable", _ASK),
        30410: Cause(_UNKNOWN, "The carrier didn't answer in time", _ASK),
        20003: Cause(
            _CREDENTIALS,
            "The provider rejects your credentials",
            "Open Provider in the menu and enter the account's current auth token. Then try again.",
        ),
        20005: Cause(_CREDENTIALS, "Your provider account isn't active", _ACCOUNT),
        10001: Cause(_CREDENTIALS, "Your provider account isn't active", _ACCOUNT),
        30002: Cause(_SETUP, "Your provider account was suspended", _ACCOUNT),
        21610: Cause(
            _OPTED_OUT,
            "They texted STOP",
            "Don't text them. They can text START to this number to get texts again.",
        ),
        21211: Cause(_UNTEXTABLE, "This isn't a valid phone number", _ASK_FOR_NUMBER),
        21614: Cause(_UNTEXTABLE, "This isn't a mobile number", _ASK_FOR_NUMBER),
        21635: Cause(_UNTEXTABLE, "This is a landline", _ASK_FOR_NUMBER),
        30005: Cause(_UNTEXTABLE, "This phone number isn't in use", _ASK_FOR_NUMBER),
        30006: Cause(_UNTEXTABLE, "This is a landline, or its carrier can't be reached", _ASK_FOR_NUMBER),
        21212: Cause(_SETUP, "Your sending number isn't valid", _NUMBER_SETUP),
        21606: Cause(_SETUP, "Your number can't text this phone", _NUMBER_SETUP),
        21659: Cause(_SETUP, "Your sending number isn't in this provider account", _NUMBER_SETUP),
        21408: Cause(_SETUP, "Texts to this country are turned off", _REGION),
        21608: Cause(
            _SETUP,
            "Your provider account is still a trial",
            "Upgrade your provider account; a trial can only text numbers verified there.",
        ),
        21612: Cause(_SETUP, "Your number can't reach this carrier or country", _REGION),
        30032: Cause(
            _SETUP,
            "Your toll-free number isn't verified",
            "Finish the toll-free verification in your provider account. Then try again.",
        ),
        30034: Cause(
            _SETUP,
            "Your number isn't registered for business texting",
            "Add the number to your registered 10DLC campaign in your provider account. Then try again.",
        ),
        30003: Cause(
            _UNREACHABLE,
            "The phone couldn't be reached",
            "It may be off or out of range. Try again later, or call.",
        ),
        30008: Cause(
            _UNREACHABLE,
            "The carrier gave no reason",
            "Try again later; if it fails again, ask for another number.",
        ),
        30004: Cause(_FILTERED, "Their phone or carrier blocks your texts", "Call them instead."),
        30007: Cause(_FILTERED, "The carrier filtered this text as spam", _WORDING),
        30010: Cause(_LIMIT, "This text costs more than the price limit", "Shorten it, or raise the limit."),
        30036: Cause(_LIMIT, "This text waited too long and expired", "Send it again if it still matters."),
        30019: Cause(_LIMIT, "The picture is too large for the carrier", "Send a smaller picture."),
        21617: Cause(_LIMIT, "This text is longer than 1,600 characters", "Split it into several texts."),
    }
)

KNOWN_CODES = frozenset(_TABLE)


def class_of(code: int | None) -> CodeClass:
    """The class of a provider's error code; a code not in the table is `OTHER`, to be reported and never acted on."""
    found = cause(code)
    return found.kind if found else CodeClass.OTHER


def cause(code: int | None) -> Cause | None:
    """Why, by the provider's code; None when it gave none or one that nobody knows."""
    return _TABLE.get(code) if code is not None else None


def title_of(code: int | None) -> str:
    """The cause in a few words; never empty."""
    found = cause(code)
    return found.title if found else "The provider didn't accept this text"
