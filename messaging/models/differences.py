"""What SnoutOS and the provider disagreed about when they were last compared."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.numbers import MessageNumber, ProviderAccount
from messaging.models.phones import display
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class DifferenceKind(models.TextChoices):
    """What is not as SnoutOS has it: about the account, about one number, or about the messaging service."""

    CREDENTIALS = "credentials", "The provider doesn't accept your credentials anymore"
    SUSPENDED = "suspended", "The provider has suspended your account"
    CLOSED = "closed", "Your provider account is closed"
    NUMBER_GONE = "number_gone", "Your provider account doesn't own this number anymore"
    TEXTS = "texts", "Texts to this number go to another address"
    BACKUP = "backup", "This number's backup address isn't SnoutOS"
    CALLS = "calls", "Calls to this number go to another address"
    UNUSED = "unused", "You own this number, and SnoutOS doesn't use it"
    UNRETURNED = "unreturned", "You released this number, and still pay for it"
    SERVICE_GONE = "service_gone", "The provider doesn't know your messaging service"
    SERVICE_TEXTS = "service_texts", "Texts to your messaging service's numbers go to another address"
    SERVICE_BACKUP = "service_backup", "Your messaging service's backup address isn't SnoutOS"
    SERVICE_SENDER = "service_sender", "Your messaging service may switch numbers"


# Decided by signing in alone, before numbers and services can be read.
OF_THE_ACCOUNT = frozenset({DifferenceKind.CREDENTIALS, DifferenceKind.SUSPENDED, DifferenceKind.CLOSED})
# No fault: the owner may have such a number for something else.
KNOWN_TO_HAPPEN = frozenset({DifferenceKind.UNUSED, DifferenceKind.UNRETURNED})
# Texts do not come in or do not go out.
URGENT = OF_THE_ACCOUNT | {
    DifferenceKind.NUMBER_GONE,
    DifferenceKind.TEXTS,
    DifferenceKind.SERVICE_GONE,
    DifferenceKind.SERVICE_TEXTS,
}


class ProviderDifference(TenantModel, PublicModel):
    """One difference that the last comparison found. The row goes when a comparison does not find it any more.

    `e164` is the business number it is about, "" when it is about none; `number` is its row here, if it has one.
    """

    account = TenantForeignKey(ProviderAccount, related_name="differences", db_index=False)
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    e164 = models.CharField(max_length=20, blank=True, default="")
    number = TenantForeignKey(MessageNumber, related_name="differences", null=True, blank=True)
    since = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            # Also read by the page about an account.
            models.UniqueConstraint(fields=["account", "kind", "e164"], name="providerdifference_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DifferenceKind.values), name="providerdifference_has_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        about = display(self.e164) if self.e164 else "Account"
        return f"{about}: {self.get_kind_display()}"
