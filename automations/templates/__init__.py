"""The texts of automations: Liquid that an owner writes, and that can do nothing but make a short plain text.

Pure: no database, no network, no clock. A template knows the variables of its trigger, six tags and six
filters. There are no loops and no assignments, so every part of a template runs once at most. Values are data:
what a client wrote comes out letter by letter and is never read as a template.
"""

from automations.templates.errors import MissingValue, TemplateError
from automations.templates.face import check, names_used, render, sample
from automations.templates.language import MAX_OUTPUT, MAX_SOURCE
from automations.templates.registry import GROUPS, Variable, variables

__all__ = [
    "GROUPS",
    "MAX_OUTPUT",
    "MAX_SOURCE",
    "MissingValue",
    "TemplateError",
    "Variable",
    "check",
    "names_used",
    "render",
    "sample",
    "variables",
]
