"""Organizations, the people and systems that sign in to them, and their keys."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from snoutos.accounts.roles import Role
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


def validate_timezone(name: str) -> None:
    """Refuse a name that is not in the time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/Los_Angeles.")


class Organization(PublicModel):
    """One business. Its settings are columns, so that the database and the admin know them."""

    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, default="America/Los_Angeles", validators=[validate_timezone])
    is_active = models.BooleanField(default=True)
    pool_auto_reply = models.CharField(
        max_length=320,
        blank=True,
        help_text="Sent once to a stranger who texts a pool number. Leave empty to send nothing.",
    )
    quiet_from = models.TimeField(default=time(21), help_text="Automation texts wait from this time on.")
    quiet_until = models.TimeField(default=time(8), help_text="… until this time, where the recipient is.")
    hold_sitter_photos = models.BooleanField(default=False)
    own_domains = ArrayField(
        models.CharField(max_length=253),
        default=list,
        blank=True,
        help_text="Your own website and e-mail domains: never held.",
    )
    drop_in_buffer_minutes = models.PositiveSmallIntegerField(default=60)
    overnight_buffer_minutes = models.PositiveSmallIntegerField(default=120)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = "business"
        verbose_name_plural = "businesses"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The business' own time zone."""
        return ZoneInfo(self.timezone)


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
        user = self.model(email=email.strip().lower(), role=role, organization=organization, name=name)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        """An operator of the installation: sees organizations and health, never texts."""
        return self.create_user(email, password, role=Role.OPERATOR, name=str(extra.get("name", "")))

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PublicModel):
    """Someone, or some system, that signs in. Belongs to one organization; an operator to none."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="users"
    )
    role = models.CharField(max_length=16, choices=Role.choices)
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
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

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

    class Meta(TenantModel.Meta):
        verbose_name = "API key"
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


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
