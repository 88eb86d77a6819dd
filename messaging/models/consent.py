"""Who said STOP to an organization, and every change of that."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from messaging.models.messages import Message
from messaging.models.phones import E164Field, display
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import TenantForeignKey, TenantModel


class ConsentSource(models.TextChoices):
    """How we learned of it."""

    TEXT = "text", "They texted it"
    PROVIDER = "provider", "The provider refused a text"
    OWNER = "owner", "The owner recorded it"


class ConsentKind(models.TextChoices):
    """What changed."""

    OPTED_OUT = "opted_out", "Opted out"
    OPTED_IN = "opted_in", "Opted in"
    HELP = "help", "Asked for help"


class OptOut(TenantModel):
    """A phone's standing towards the whole organization: the provider blocks one number only, we spread it over all.

    Applies only when newer than `changed_at`, the provider's time; STOP wins ties.
    """

    e164 = E164Field("phone")
    is_in_force = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=ConsentSource.choices)

    class Meta(TenantModel.Meta):
        verbose_name = "opt-out"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "e164"], name="optout_one_per_phone"),
        ]

    def __str__(self) -> str:
        return display(self.e164)


class ConsentChange(TenantModel):
    """One change: who, when, words and source."""

    opt_out = TenantForeignKey(OptOut, related_name="changes", null=True)
    e164 = E164Field("phone")
    kind = models.CharField(max_length=16, choices=ConsentKind.choices)
    words = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=16, choices=ConsentSource.choices)
    message = TenantForeignKey(Message, related_name="+", null=True)
    by = TenantForeignKey(User, related_name="+", null=True)
    at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [*TenantModel.Meta.constraints]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"
