"""Keys of systems, and what was answered to their repeated requests."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.timezone import now

from snoutos.accounts.models.users import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


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
