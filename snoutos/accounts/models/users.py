"""Those who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from snoutos.accounts.models.organizations import Organization
from snoutos.accounts.names import fold
from snoutos.accounts.roles import Role
from snoutos.accounts.tenancy import PublicModel
from snoutos.core.phones import PhoneColumn

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
