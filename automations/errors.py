"""What can go wrong with rules, each with a stable code and a sentence for people."""

from __future__ import annotations

from automations.params import ContentError
from snoutos.problems import Problem


class AutomationError(Problem):
    """Something about automations that somebody can act on."""

    code = "automation"


class BadContent(AutomationError):  # noqa: N818
    """This automation cannot be kept as it is."""

    code = "automation_content"
    status = 400

    def __init__(self, error: ContentError) -> None:
        super().__init__(error.sentence, path=error.path)
        self.path = error.path


class NameTaken(AutomationError):  # noqa: N818
    """Another automation has this name already."""

    code = "automation_name_taken"
    status = 409


class NotTested(AutomationError):  # noqa: N818
    """Test it first: an automation can be switched on only when exactly what it does now has been tested."""

    code = "automation_not_tested"
    status = 409


class NoDraft(AutomationError):  # noqa: N818
    """There is no draft: change the automation first."""

    code = "automation_no_draft"
    status = 409


class NotPossible(AutomationError):  # noqa: N818
    """This is no longer possible: the automation has changed."""

    code = "automation_not_possible"
    status = 409


class ReasonNeeded(AutomationError):  # noqa: N818
    """Say why it is urgent: its texts go out in quiet hours too."""

    code = "automation_reason_needed"
    status = 400


class NothingToTestOn(AutomationError):  # noqa: N818
    """There is nothing to test it on: choose a conversation of this business that fits the trigger."""

    code = "automation_nothing_to_test_on"
    status = 400


class TestFailed(AutomationError):  # noqa: N818
    """A text of it cannot be written here, so it does not count as tested."""

    code = "automation_test_failed"
    status = 400
    __test__ = False  # no test of pytest's
