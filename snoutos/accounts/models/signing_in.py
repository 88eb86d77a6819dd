"""Who tried to sign in and may not for a while."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from snoutos.accounts.models.users import User
from snoutos.accounts.tenancy import PublicModel


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
