"""How sitters get in without a password: links that work once, and the browsers they opened."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from messaging.models.people import Sitter
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class SitterLink(TenantModel):
    """A link that was texted to a sitter and signs one browser in, once. Only its SHA-256 is stored (`messaging.sign_in.links`)."""

    sitter = TenantForeignKey(Sitter, related_name="sign_in_links", db_index=False)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["digest"], name="sitterlink_unique_digest"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="sitterlink_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at")),
                name="sitterlink_is_used_before_it_expires",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="sitterlink_is_used_or_revoked",
            ),
        ]
        indexes = [
            # Read when another is asked for, and when a sitter's are revoked.
            models.Index(fields=["sitter", "created_at"], name="sitterlink_of_sitter"),
        ]

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"


class SitterDevice(TenantModel, PublicModel):
    """A browser in which somebody signed in uses the sitter page, until it is revoked or its session is over.

    `session_key` is a secret, as in Django's own table of sessions: revoking deletes that row. `last_used_at` is exact to some minutes
    (`messaging.sign_in.devices`); routing reads it to tell whether a text would be seen.
    """

    sitter = TenantForeignKey(Sitter, related_name="devices", db_index=False)
    user = TenantForeignKey(User, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    session_key = models.CharField(max_length=40, editable=False)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(default=now)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["session_key"], name="sitterdevice_unique_session"),
            models.CheckConstraint(
                condition=Q(last_used_at__gte=F("created_at")), name="sitterdevice_is_used_after_it_came"
            ),
        ]
        indexes = [
            # Read by routing and the sitter's card: the browsers that are still signed in.
            models.Index(
                fields=["sitter", "-last_used_at"],
                condition=Q(revoked_at__isnull=True),
                name="sitterdevice_of_sitter",
            ),
        ]

    def __str__(self) -> str:
        return self.name
