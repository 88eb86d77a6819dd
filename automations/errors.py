"""What can go wrong with rules, and why something of one did not happen: each with a stable code and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterator

from automations.content.params import ContentError
from automations.models.reasons import Reason
from messaging.errors import MessagingError
from snoutos.core.problems import Problem


class AutomationError(Problem):
    """Something about automations that somebody can act on."""

    code = "automation"
    sentence = "That can't be done with this automation."


class BadContent(AutomationError):  # noqa: N818
    sentence = "This automation can't be saved as is."
    code = "automation_content"
    status = 400

    def __init__(self, error: ContentError) -> None:
        super().__init__(error.sentence, path=error.path)
        self.path = error.path


class NameTaken(AutomationError):  # noqa: N818
    sentence = "Another automation already has this name."
    code = "automation_name_taken"
    status = 409


class NotTested(AutomationError):  # noqa: N818
    sentence = "Test it first: you can turn it on only once this exact version has been tested."
    code = "automation_not_tested"
    status = 409


class EmergencyContactNeeded(AutomationError):  # noqa: N818
    sentence = (
        "This replies while you're closed, so it must say whom to call in an emergency. "
        "Add an emergency contact under Settings, then put {{ business.emergency_contact }} in the text."
    )
    code = "emergency_contact_needed"
    status = 409


class EmergencyContactInUse(AutomationError):  # noqa: N818
    sentence = "An automation that's turned on tells clients this contact. Pause it first."
    code = "emergency_contact_in_use"
    status = 409


class NoDraft(AutomationError):  # noqa: N818
    sentence = "There's no draft: edit the automation first."
    code = "automation_no_draft"
    status = 409


class NotPossible(AutomationError):  # noqa: N818
    sentence = "That's no longer possible: the automation has changed."
    code = "automation_not_possible"
    status = 409


class ReasonNeeded(AutomationError):  # noqa: N818
    sentence = "Say why it's urgent: its texts go out in quiet hours too."
    code = "automation_reason_needed"
    status = 400


class NothingToTestOn(AutomationError):  # noqa: N818
    sentence = "There's nothing to test it on: choose a conversation that matches the trigger."
    code = "automation_nothing_to_test_on"
    status = 400


class TestFailed(AutomationError):  # noqa: N818
    sentence = "One of its texts can't be written here, so it doesn't count as tested."
    code = "automation_test_failed"
    status = 400
    __test__ = False  # no test of pytest's


def reason(code: str) -> str:
    """The sentence for a code; empty for none. What messaging refuses has its own sentence."""
    if not code:
        return ""
    found = str(Reason(code).label) if code in Reason.values else _refusals().get(code)
    return found or f"{code.replace('_', ' ').capitalize()}."


def is_known(code: str) -> bool:
    """Whether somebody wrote a sentence for it."""
    return code in Reason.values or code in _refusals()


def _refusals() -> dict[str, str]:
    return {kind.code: kind.sentence for kind in _below(MessagingError)}


def _below(kind: type[MessagingError]) -> Iterator[type[MessagingError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _below(one)
