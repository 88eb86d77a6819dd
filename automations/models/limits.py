"""How much a business' automations may text."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from snoutos.accounts.models import Organization
from snoutos.accounts.tenancy import TenantModel


class Limits(TenantModel):
    """One row a business; without one the defaults hold."""

    texts_per_client_and_day = models.PositiveSmallIntegerField(
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="At most so many automation texts to one client from midnight to midnight, in the business' time zone.",
    )
    texts_per_hour = models.PositiveIntegerField(
        default=200,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
        help_text="At most so many automation texts of the whole business in any 60 minutes.",
    )

    class Meta(TenantModel.Meta):
        verbose_name = "automation limits"
        verbose_name_plural = "automation limits"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization"], name="limits_one_row_per_organization"),
            models.CheckConstraint(
                condition=Q(texts_per_client_and_day__gte=1, texts_per_hour__gte=1),
                name="limits_allow_at_least_one_text",
            ),
        ]

    def __str__(self) -> str:
        return "automation limits"

    @classmethod
    def of(cls, organization: Organization | int) -> Limits:
        """The limits of a business, stored or the defaults."""
        found: Limits | None = cls.objects.of(organization).first()
        return found or cls()
