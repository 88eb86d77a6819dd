"""Organizations, the people and systems that sign in to them, and their keys."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Regex
from django.utils.timezone import now

from snoutos.accounts.names import fold
from snoutos.accounts.roles import Role
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel
from snoutos.core.phones import PhoneColumn


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


# The e-mail of a sitter who has none: a name that can be nobody's (RFC 2606).
NOBODYS_ADDRESS = "@sitter.invalid"


class UserManager(BaseUserManager["User"]):
    """Creates users with a normalised address and a hashed password."""

    def create_user(
        self,
        email: str,
        password: str | None = None,
        *,
        role: str = Role.OPERATOR,
        organization: Organization | None = None,
        name: str = "",
    ) -> User:
        """Create a user; without a password they cannot sign in by one."""
        user = self.model(email=fold(email), role=role, organization=organization, name=name)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """An operator of the installation: sees organizations and health, never texts."""
        return self.create_user(email, password, role=Role.OPERATOR, name=str(extra.get("name", "")))

    def of(self, organization: Organization | int | None) -> models.QuerySet[User]:
        """Only the users of `organization`, as rows of tenant models are read; None has none."""
        return self.none() if organization is None else self.filter(organization=organization)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=fold(username or ""))


class User(AbstractBaseUser, PublicModel):
    """Someone, or some system, that signs in. Belongs to one organization; an operator to none.

    `phone` is an owner's or staff's own (E.164): `messaging.phones.members` sets it, because conversations change with it.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(max_length=16, choices=Role.choices)
    phone = PhoneColumn(max_length=20, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "member"
        constraints = [
            models.UniqueConstraint(fields=["organization", "id"], name="accounts_user_of_organization"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_has_a_known_role"),
            models.CheckConstraint(
                condition=Q(role=Role.OPERATOR, organization__isnull=True)
                | (~Q(role=Role.OPERATOR) & Q(organization__isnull=False)),
                name="user_has_an_organization_unless_operator",
            ),
            models.UniqueConstraint(
                fields=["organization", "phone"],
                condition=~Q(phone=""),
                name="user_unique_phone_per_organization",
                violation_error_message="Another member already has this phone number.",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="user_phone_is_e164"
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(role__in=[Role.OWNER, Role.STAFF]),
                name="user_with_a_phone_works_in_the_office",
                violation_error_message="Only owners and staff have a phone here. Take the phone off first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = fold(self.email)

    @property
    def has_address(self) -> bool:
        """Whether the e-mail is theirs; not for a sitter who only ever signed in by a link."""
        return not self.email.endswith(NOBODYS_ADDRESS)

    @property
    def is_staff(self) -> bool:
        """Whether the owner's desk (Django admin) opens for them."""
        return self.role in (Role.OWNER, Role.STAFF)

    @property
    def is_superuser(self) -> bool:
        """Nobody is one: roles decide."""
        return False

    @property
    def is_owner(self) -> bool:
        """Whether they may change settings, numbers, credentials and members."""
        return self.role == Role.OWNER

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Owner and staff may use the desk; what only owners may do, each admin view asks for itself."""
        return self.is_active and self.is_staff

    def has_perms(self, perm_list: list[str], obj: object | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class ApiKey(TenantModel, PublicModel):
    """A key of one user. Only its SHA-256 is stored; the key itself is shown once (`accounts.api_keys.issue`)."""

    user = TenantForeignKey(User, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Words for the networks it was used from (`accounts.networks.network_word`), the last hundred.
    networks = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, editable=False, db_default=[]
    )

    class Meta(TenantModel.Meta):
        verbose_name = "API key"
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SignInCount(models.Model):
    """Wrong passwords in a row: of a name, from an address, or by a browser that signed in before (`accounts.waits`).

    An installation table: most names that are guessed are nobody's. `mark` is a keyed hash, so no name and no address is
    stored. Tries wait until `waits_until`; `told_until` is the wait that the audit trail knows of and not yet its end.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        NAME = "name", "Name"
        ADDRESS = "address", "Address"
        DEVICE = "device", "Browser"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    mark = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    waits_until = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["name", "address", "device"]), name="signincount_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(waits_until__isnull=True) | Q(failures__gt=0),
                name="signincount_waits_only_after_failures",
            ),
        ]
        indexes = [
            # Reader: waits.ended, every minute.
            models.Index(
                fields=["told_until"], condition=Q(told_until__isnull=False), name="signincount_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.failures}"


class UnlockLink(PublicModel):
    """A letter to somebody whose name strangers guess at: its link, used once, lets the browser that opens it go ahead.

    The link's token is signed and not stored. An installation table: its user may be an operator.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="unlocklink_expires_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=models.F("expires_at")),
                name="unlocklink_is_used_before_it_expires",
            ),
        ]
        indexes = [
            # Reader: access.unlocking.send_letters.
            models.Index(fields=["expires_at"], condition=Q(sent_at__isnull=True), name="unlocklink_unsent"),
        ]

    def __str__(self) -> str:
        return f"Unlock link {self.pk}"


class IdempotentRequest(TenantModel):
    """The first answer to a POST that carried an Idempotency-Key, stored with its effect. Kept 30 days."""

    user = TenantForeignKey(User, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "key"], name="idempotentrequest_once_per_principal_and_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
