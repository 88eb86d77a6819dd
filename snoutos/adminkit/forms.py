"""Forms of the desk: rows within one organization, and what a verb refuses shown in place."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.template.loader import render_to_string

from snoutos.accounts.models import Organization
from snoutos.adminkit.rows import has_field
from snoutos.adminkit.unfold import BaseDialogForm


def sentence_of(error: Exception) -> str | None:
    """What to tell the owner when a verb refuses, or None for an error that nobody foresaw."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    sentence = getattr(error, "sentence", None)
    return sentence if isinstance(sentence, str) else None


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose row belongs to `organization` from the start, so that constraints are checked in place.

    `refusal` is what a verb said when the same form was saved a moment ago.
    """

    organization: ClassVar[Organization | None] = None
    refusal: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.organization is not None and has_field(type(self.instance), "organization"):
            self.instance.organization = self.instance.organization if self.instance.pk else self.organization

    def _get_validation_exclusions(self) -> set[str]:
        return set(super()._get_validation_exclusions()) - {"organization"}  # type: ignore[misc]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned


class VerbForm(TenantForm):
    """A form whose row a verb makes or changes: the verb decides, the row is not checked here."""

    def clean(self) -> dict[str, Any] | None:
        if self.refusal:
            self.add_error(None, self.refusal)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Check the typed values one by one. What holds between rows, the verb checks under its locks."""
        construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.full_clean(
                exclude=self._get_validation_exclusions(), validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class ConfirmForm(BaseDialogForm):  # type: ignore[misc]
    """A dialog that asks before a verb runs; subclasses add what it needs. A refusal is shown on top."""

    def render_before_template(self) -> str:
        errors = self.non_field_errors() if self.is_bound else []
        return render_to_string("adminkit/refusals.html", {"refusals": errors})
