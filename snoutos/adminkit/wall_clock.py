"""Form fields for a date and a time on the business' clock, whose zone the page has activated.

An hour that clocks skip is refused in plain words. In the hour that comes twice the form asks which one, in a field of its own beside the
time (`<name>_which`, in rows' pages `<name>_2`), which is there only then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from snoutos.adminkit.unfold import SelectWidget, SplitDateTimeWidget
from snoutos.core import timefmt, wall_clock

FIRST, SECOND = "1", "2"
_ASK = "Choose which one"
_ALL = forms.MultiWidget.template_name


def read(wall: datetime, which: str) -> datetime:
    """The moment that was meant. Raises ValidationError for one that no clock shows, and for two without a choice.

    In UTC: times that share a zone compare by what its clock shows, whichever of the two hours they are in.
    """
    zone = timezone.get_current_timezone()
    found = wall_clock.moments(wall, zone)
    said = timefmt.wall(wall.time())
    day = timefmt.date_of(wall.replace(tzinfo=zone), zone, timezone.now())
    if not found:
        from_, to = (timefmt.wall(one.time()) for one in wall_clock.skipped(wall, zone))
        raise ValidationError(
            f"There's no {said} on {day}: clocks go forward from {from_} to {to}. Choose another time.",
            code="missing",
        )
    if len(found) == 1:
        return found[0].astimezone(UTC)
    if which not in (FIRST, SECOND):
        raise ValidationError(
            f"{said} comes twice on {day}, as clocks go back. Choose the first or the second.", code="doubled"
        )
    return found[which == SECOND].astimezone(UTC)


def choices(wall: datetime | None) -> list[tuple[str, str]]:
    """Which of the two was meant, for a time that comes twice: "1:30 AM PDT, the first". Nothing for any other time."""
    zone = timezone.get_current_timezone()
    found = wall_clock.moments(wall, zone) if wall is not None else ()
    if len(found) < 2:
        return []
    names = ((FIRST, "the first"), (SECOND, "the second"))
    return [
        (value, f"{timefmt.clock(one, zone)}, {name}")
        for one, (value, name) in zip(found, names, strict=True)
    ]


def typed_wall(text: str) -> datetime | None:
    """What a browser's field for a date and a time holds, as a clock shows it; None for anything else."""
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found is not None else None


class WallClockInput(forms.DateTimeInput):
    """A browser's own field for date and time, and which of two was meant."""

    input_type = "datetime-local"

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str]:
        return data.get(name) or "", data.get(f"{name}_which") or ""


class WallClockField(forms.Field):
    """The moment that was typed into a `datetime-local` input of the desk; the template offers which one (`which_hour`)."""

    widget = WallClockInput

    def to_python(self, value: Any) -> datetime | None:
        text, which = value or ("", "")
        if not text.strip():
            return None
        wall = typed_wall(text)
        if wall is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return read(wall, which)


class SplitWallClock(SplitDateTimeWidget):  # type: ignore[misc]
    """Date, time, and beside a time that comes twice a list of the two."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets: list[Any] = [*self.widgets, SelectWidget(attrs={"aria-label": _ASK})]
        self.widgets_names = [f"_{place}" for place in range(len(self.widgets))]

    def decompress(self, value: Any) -> list[Any]:
        """A moment that is there says itself which one it is."""
        if not value:
            return [None, None, ""]
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        wall = local.replace(tzinfo=None, fold=0)
        which = (SECOND if local.fold else FIRST) if choices(wall) else ""
        return [wall.date(), wall.time(), which]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        *typed, which = super().value_from_datadict(data, files, name)
        return [*typed, which or ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        parts = value if isinstance(value, list) else self.decompress(value)
        offered = choices(_joined(parts))
        self.widgets[2].choices = [("", f"{_ASK}…"), *offered]
        context: dict[str, Any] = super().get_context(name, parts, attrs)
        # The template of the two stands for them alone; Django's shows all there are.
        context["widget"]["template_name"] = _ALL if offered else self.template_name
        return context

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = self.get_context(name, value, attrs)
        shown: SafeString = self._render(context["widget"]["template_name"], context, renderer)
        return shown


class SplitWallClockField(forms.MultiValueField):
    """The moment that was typed into the fields of a row's page."""

    widget = SplitWallClock
    default_error_messages = {"incomplete": "Enter a date and a time."}

    def __init__(self, **kwargs: Any) -> None:
        needed = kwargs.get("required", True)
        fields = (
            forms.DateField(required=needed),
            forms.TimeField(required=needed),
            forms.CharField(required=False),
        )
        kwargs = {"require_all_fields": False, **kwargs}
        super().__init__(fields=fields, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> datetime | None:
        if not data_list or not any(data_list[:2]):
            return None
        if not all(part is not None and part != "" for part in data_list[:2]):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return read(datetime.combine(data_list[0], data_list[1]), str(data_list[2] or ""))


def _joined(parts: Sequence[Any]) -> datetime | None:
    """Date and time as typed or as kept; None while they are not both there."""
    try:
        day, clock = forms.DateField(required=False), forms.TimeField(required=False)
        typed = day.clean(parts[0]), clock.clean(parts[1])
    except ValidationError:
        return None
    return datetime.combine(*typed) if typed[0] is not None and typed[1] is not None else None
