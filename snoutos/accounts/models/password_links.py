"""Links by which a member chooses a password: who was invited, who forgot theirs, and a business' first owner."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from snoutos.accounts.tenancy import PublicModel


class PasswordLink(PublicModel):
    """One link: good once, stored as a hash. Made when its letter is handed to the mail server, so that it rests nowhere before.

    `made_for` is a keyed hash of the member's e-mail and password of then: whoever changes either ends the link. Without a `user` it
    was asked for by a name that nobody has, and no letter leaves. An installation table, as its user's is.
    """

    class Purpose(models.TextChoices):
        """Why it was made."""

        INVITATION = "invitation", "Invitation"
        RESET = "reset", "New password"
        FIRST_OWNER = "first_owner", "First owner"

    user = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    digest = models.CharField(max_length=64, blank=True, default="")
    made_for = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=~Q(digest=""), name="passwordlink_unique_digest"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["invitation", "reset", "first_owner"]),
                name="passwordlink_has_a_known_purpose",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="passwordlink_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True)
                | (Q(used_at__lt=F("expires_at"), revoked_at__isnull=True) & ~Q(digest="")),
                name="passwordlink_is_used_while_it_is_good",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(purpose="reset", digest=""),
                name="passwordlink_of_nobody_opens_nothing",
            ),
        ]
        indexes = [
            # Reader: access.letters.send.
            models.Index(
                fields=["expires_at"],
                condition=Q(sent_at__isnull=True, used_at__isnull=True, revoked_at__isnull=True),
                name="passwordlink_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"Password link {self.pk}"
