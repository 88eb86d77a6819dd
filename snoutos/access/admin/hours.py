"""The fields of the settings page in which opening hours and holidays are written as people write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from snoutos.accounts.models import Organization
from snoutos.adminkit.unfold import TextareaWidget
from snoutos.core import hours, hours_text
from snoutos.core.hours import HoursError


class _LinesField(forms.CharField):
    """Lines of text for a column of stored lines. Subclasses say how to read and write them."""

    column: str
    example: str

    def __init__(self) -> None:
        help_text = str(Organization._meta.get_field(self.column).help_text)  # type: ignore[union-attr]
        attrs = {"rows": 4, "placeholder": self.example}
        super().__init__(
            required=False, max_length=20_000, widget=TextareaWidget(attrs=attrs), help_text=help_text
        )

    def read(self, text: str) -> list[str]:
        """What is stored of what was typed. Raises HoursError."""
        raise NotImplementedError

    def write(self, stored: list[str]) -> str:
        """What is shown of what is stored."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return self.write(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        try:
            return self.read(super().clean(value))
        except HoursError as error:
            raise ValidationError(error.sentence) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.read(data or "") != list(initial or ())
        except HoursError:
            return True


class OpeningHoursField(_LinesField):
    """The week."""

    column, example = "opening_hours", "Mon–Fri 8 AM–5 PM"

    def read(self, text: str) -> list[str]:
        return hours.week_to(hours_text.read_week(text))

    def write(self, stored: list[str]) -> str:
        return hours_text.write_week(hours.week_from(stored))


class HolidaysField(_LinesField):
    """The days that are different."""

    column, example = "holidays", "Dec 25, 2026 Christmas Day"

    def read(self, text: str) -> list[str]:
        return hours.holidays_to(hours_text.read_holidays(text))

    def write(self, stored: list[str]) -> str:
        return hours_text.write_holidays(hours.holidays_from(stored))
