"""A business and its settings."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Regex
from django.utils.timezone import now

from snoutos.accounts.tenancy import PublicModel


def validate_timezone(name: str) -> None:
    """Refuse a name that is not in the time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” isn't a time zone. Use a name such as America/Los_Angeles.")


class NumberLanguage(models.TextChoices):
    """Languages besides English and Spanish whose written-out numbers screening can read."""

    FRENCH = "fr", "French"
    PORTUGUESE = "pt", "Portuguese"
    POLISH = "pl", "Polish"
    RUSSIAN = "ru", "Russian"
    VIETNAMESE = "vi", "Vietnamese"
    TAGALOG = "tl", "Tagalog"
    GERMAN = "de", "German"
    ITALIAN = "it", "Italian"
    JAPANESE = "ja", "Japanese"
    KOREAN = "ko", "Korean"
    CHINESE = "zh", "Chinese"
    HINDI = "hi", "Hindi"


def every_language() -> list[str]:
    """What a new business reads: all of them, so that nothing leaves because nobody chose."""
    return list(NumberLanguage.values)


# How hours are stored: "08:00-12:00 13:00-17:00" a day, "2026-12-24 08:00-12:00 Christmas Eve" a holiday.
_SPAN = "([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
_SPANS = f"({_SPAN}( {_SPAN}){{0,3}})?"
_HOLIDAY = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} (closed|{_SPAN}(,{_SPAN}){{0,3}}) [^|]{{1,60}}"


def _joined(column: str, by: str) -> Func:
    """The elements of an array as one text, for a constraint that looks at each."""
    return Func(F(column), Value(by), function="array_to_string", output_field=TextField())


class Organization(PublicModel):
    """One business. Its settings are columns, so that the database and the admin know them."""

    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="America/Los_Angeles", validators=[validate_timezone])
    is_active = models.BooleanField(default=True)
    pool_auto_reply = models.CharField(
        max_length=320,
        blank=True,
        help_text="Sent once to an unknown sender who texts a pool number. Leave empty to send nothing.",
    )
    quiet_from = models.TimeField(
        default=time(21), help_text="Automation texts wait during quiet hours. Your own texts don't."
    )
    quiet_until = models.TimeField(default=time(8), help_text="In the recipient's time zone.")
    # Both as `snoutos.core.hours` stores them; asked through `snoutos.accounts.hours`.
    opening_hours = ArrayField(
        models.CharField(max_length=63, blank=True),
        default=list,
        db_default=[],
        blank=True,
        help_text="One line for each day or range of days. Days you leave out are closed. Empty means always open.",
    )
    holidays = ArrayField(
        models.CharField(max_length=140),
        default=list,
        db_default=[],
        blank=True,
        help_text="One line for each: Dec 25, 2026 Christmas Day. With hours if you open for a while: "
        "Dec 24, 2026 Christmas Eve, 8 AM–noon.",
    )
    emergency_contact = models.CharField(
        max_length=160,
        blank=True,
        default="",
        db_default="",
        help_text="Who clients should call when you're closed, with the phone number: VCA Animal Hospital, (310) 555-0123. "
        "Replies outside business hours say it; they can't be turned on without it.",
    )
    unopened_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text="If the sitter hasn't received or opened a client's text by then, it comes to you.",
    )
    tell_sitters_of_visits = models.BooleanField(
        default=True,
        db_default=True,
        help_text="From your own conversation with them, within ten minutes. They're always told when you say that a sitter is out.",
    )
    number_cooldown_days = models.PositiveSmallIntegerField(
        default=90,
        db_default=90,
        validators=[MinValueValidator(30), MaxValueValidator(365)],
        help_text="30 to 365. For numbers you pause from now on.",
    )
    hold_sitter_photos = models.BooleanField(default=False)
    own_domains = ArrayField(
        models.CharField(max_length=253),
        default=list,
        blank=True,
        help_text="Texts with these are never held.",
    )
    screening_languages = ArrayField(
        models.CharField(max_length=2, choices=NumberLanguage.choices),
        default=every_language,
        blank=True,
        help_text="Also finds phone numbers spelled out in these languages. English and Spanish are always on.",
    )
    staff_may_allow_contacts = models.BooleanField(
        default=False,
        help_text="Staff can add, change and remove allowed contacts. Otherwise only owners can.",
    )
    # Where critical alerts go with the desk closed (`messaging.alerting`): one phone, and addresses; none typed in: every owner's own.
    alert_phone = models.CharField(max_length=20, blank=True)
    alert_emails = ArrayField(models.EmailField(), default=list, blank=True)
    drop_in_buffer_minutes = models.PositiveSmallIntegerField(default=60)
    overnight_buffer_minutes = models.PositiveSmallIntegerField(default=120)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = "settings"
        verbose_name_plural = "settings"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_a_name"),
            models.CheckConstraint(
                condition=Q(alert_phone="") | Q(alert_phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="organization_alert_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(unopened_minutes__gte=1, unopened_minutes__lte=24 * 60),
                name="organization_gets_unopened_texts_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(number_cooldown_days__gte=30, number_cooldown_days__lte=365),
                name="organization_numbers_cool_down_for_30_days",
            ),
            models.CheckConstraint(
                condition=Q(opening_hours__len__in=[0, 7])
                & Q(Regex(_joined("opening_hours", "|"), rf"^({_SPANS}([|]{_SPANS}){{6}})?$")),
                name="organization_opening_hours_are_seven_days",
                violation_error_message="These opening hours can't be read.",
            ),
            models.CheckConstraint(
                condition=Regex(_joined("holidays", "|"), rf"^({_HOLIDAY}([|]{_HOLIDAY})*)?$"),
                name="organization_holidays_are_days",
                violation_error_message="These holidays can't be read.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The business' own time zone."""
        return ZoneInfo(self.timezone)
