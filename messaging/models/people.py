"""Clients, their phones, and sitters."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.phones import E164Field, display
from snoutos.accounts.models import Organization, User, validate_timezone
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class Client(TenantModel, PublicModel):
    """A customer. They only text, and see one stable business number."""

    name = models.CharField(max_length=120)
    pets = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    timezone = models.CharField(max_length=64, blank=True, validators=[validate_timezone])
    vet_phones = ArrayField(
        E164Field(),
        default=list,
        blank=True,
        help_text="Phone numbers sitters can mention to this client, such as the vet's.",
    )
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return self.name


class ClientPhone(TenantModel):
    """A number a client texts from. One number is one client within an organization."""

    client = TenantForeignKey(Client, models.CASCADE, related_name="phones")
    e164 = E164Field("phone")
    label = models.CharField(max_length=40, blank=True)
    # It took the place of a phone that had said STOP: no automatic text goes to it until consent is recorded, or START comes from it.
    automations_off_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "phone"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "e164"],
                name="clientphone_unique_per_organization",
                violation_error_message="Another client already has this phone number.",
            ),
        ]

    def __str__(self) -> str:
        return display(self.e164)

    @property
    def is_for_alerts(self) -> bool:
        """Whether alerts go to this phone: it is the office's own then."""
        return Organization.objects.filter(pk=self.organization_id, alert_phone=self.e164).exists()

    def clean(self) -> None:
        super().clean()
        if self.e164 and self.is_for_alerts:
            raise ValidationError("Alerts go to this phone. Change that under “Where alerts go” first.")


class Sitter(TenantModel, PublicModel):
    """A service provider. With a personal phone they may work by text; with a user, by the sitter page."""

    name = models.CharField(max_length=120)
    user = TenantForeignKey(User, related_name="sitters", null=True, blank=True)
    phone = E164Field("personal phone", blank=True)
    is_active = models.BooleanField(default=True)
    sending_locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Violations before this moment no longer count towards a lock.
    lock_lifted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "phone"],
                condition=~Q(phone=""),
                name="sitter_unique_phone_per_organization",
                violation_error_message="Another sitter already has this phone number.",
            ),
            models.UniqueConstraint(
                fields=["user"],
                name="sitter_one_per_user",
                violation_error_message="This sign-in already belongs to another sitter.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
