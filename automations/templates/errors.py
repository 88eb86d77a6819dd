"""What can be wrong with a template. Sentences name variables, tags and filters, never values."""

from __future__ import annotations

from snoutos.problems import Problem


class TemplateError(Problem):
    """The template cannot be used. `unknown` holds the names that do not exist, or not for this trigger."""

    code = "template_refused"

    def __init__(self, sentence: str, *, unknown: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.unknown = unknown


class MissingValue(TemplateError):  # noqa: N818
    """A variable that the template prints or asks about is not there this time. `unknown` names it."""

    code = "template_value_missing"
