"""All that we take from django-unfold. Nobody else imports it or names a template of it in Python (import contract; test_unfold).

Its templates that ours stand in for, and what ours include, are watched by `tests/desk/test_unfold.py`.
"""

from __future__ import annotations

from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
    TextFilter,
)
from unfold.decorators import action, display
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm, BaseDialogForm
from unfold.sites import UnfoldAdminSite as AdminSite
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxesWidget
from unfold.widgets import UnfoldAdminPasswordWidget as PasswordWidget
from unfold.widgets import UnfoldAdminSelectWidget as SelectWidget
from unfold.widgets import UnfoldAdminSplitDateTimeWidget as SplitDateTimeWidget
from unfold.widgets import UnfoldAdminTextareaWidget as TextareaWidget
from unfold.widgets import UnfoldAdminTextInputWidget as TextInputWidget
from unfold.widgets import UnfoldBooleanWidget as CheckboxWidget

LABEL = "unfold/helpers/label.html"
DIALOG = "unfold/helpers/dialog.html"
# What the palette found: with and without what to do there.
COMMAND_RESULTS = "unfold/helpers/command_results.html"
SEARCH_RESULTS = "unfold/helpers/search_results.html"

__all__ = [
    "COMMAND_RESULTS",
    "DIALOG",
    "LABEL",
    "SEARCH_RESULTS",
    "AdminOwnPasswordChangeForm",
    "AdminSite",
    "AuthenticationForm",
    "BaseDialogForm",
    "BooleanRadioFilter",
    "ChangeList",
    "CheckboxWidget",
    "CheckboxesWidget",
    "ChoicesDropdownFilter",
    "ModelAdmin",
    "PasswordWidget",
    "RangeDateTimeFilter",
    "RelatedDropdownFilter",
    "SelectWidget",
    "SplitDateTimeWidget",
    "TabularInline",
    "TextFilter",
    "TextInputWidget",
    "TextareaWidget",
    "action",
    "display",
]
