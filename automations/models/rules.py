"""An automation and its versions. What it does is in the version; an active one never changes. And how much all of them may text."""

from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from snoutos.accounts.models import Organization, User
from snoutos.accounts.secrets import SecretField
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class Lane(models.TextChoices):
    """Whose conversations it is for. The first two are care conversations, told apart by the number's role."""

    FRONT_DESK = "front_desk", "Front desk conversations"
    SITTER = "sitter", "Conversations on sitter and pool numbers, and sitters with the office"
    SYSTEM = "system", "All conversations and events"


# Rows of earlier releases may name it. Their rules are paused with an alert, as all that this release cannot read.
FORMER_LANES = ("billing",)


class VersionState(models.TextChoices):
    """See `AutomationVersion`."""

    DRAFT = "draft", "Draft"
    TESTED = "tested", "Tested"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ARCHIVED = "archived", "Archived"


EDITABLE = (VersionState.DRAFT, VersionState.TESTED)
IN_FORCE = (VersionState.ACTIVE, VersionState.PAUSED)


def new_secret() -> str:
    """The key that signs an automation's webhooks."""
    return secrets.token_urlsafe(32)


class Automation(TenantModel, PublicModel):
    """A rule that reacts. Archived, never deleted. `failures_in_row` counts executions that failed since the last that did not."""

    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    webhook_secret = SecretField(default=new_secret)
    failures_in_row = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="automation_has_a_name"),
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(archived_at__isnull=True),
                name="automation_name_once_per_organization",
                violation_error_message="Another automation already has this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AutomationVersion(TenantModel, PublicModel):
    """What an automation does, from one activation to the next.

        draft ⇄ tested (its content was tested, and not changed since)
        tested → active ⇄ paused → archived
        draft, tested → archived

    Only a draft or tested version can be edited; a trigger in the database holds that. `digest` covers everything that decides what it
    does; `tested_digest` is the digest that was tested, so active without a test of exactly this content cannot be stored.
    """

    automation = TenantForeignKey(Automation, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=VersionState.choices, default=VersionState.DRAFT)
    lane = models.CharField(max_length=16, choices=Lane.choices, default=Lane.FRONT_DESK)
    trigger_kind = models.CharField(max_length=64)
    # Trigger, conditions and actions as `automations.content` reads and writes them. Owners' words, nobody else's.
    content = models.JSONField()
    is_urgent = models.BooleanField(default=False)
    urgent_reason = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    tested_digest = models.CharField(max_length=64, null=True)  # noqa: DJ001  (NULL = never tested)
    tested_at = models.DateTimeField(null=True)
    tested_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    activated_at = models.DateTimeField(null=True)
    # Why it was paused by SnoutOS; empty when the owner did it.
    paused_reason = models.CharField(max_length=40, blank=True)
    created_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        verbose_name = "version"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["automation", "number"], name="automationversion_unique_number_of_automation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=VersionState.values), name="automationversion_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(lane__in=[*Lane.values, *FORMER_LANES]), name="automationversion_has_a_known_lane"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*IN_FORCE, VersionState.TESTED])
                | Q(tested_digest__isnull=False, tested_digest=F("digest")),
                name="automationversion_active_is_tested",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IN_FORCE) | Q(activated_at__isnull=False),
                name="automationversion_active_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(is_urgent=False) | ~Q(urgent_reason=""),
                name="automationversion_urgent_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["automation"],
                condition=Q(state__in=IN_FORCE),
                name="automation_one_active_version",
            ),
            models.UniqueConstraint(
                fields=["automation"],
                condition=Q(state__in=EDITABLE),
                name="automation_one_draft_version",
            ),
        ]
        indexes = [
            # Read by matching and planning: what is active in a business, by what sets it off.
            models.Index(
                fields=["organization", "trigger_kind"],
                condition=Q(state=VersionState.ACTIVE),
                name="automationversion_active",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of automation {self.automation_id}"


class Limits(TenantModel):
    """One row a business; without one the defaults hold."""

    texts_per_client_and_day = models.PositiveSmallIntegerField(
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="Most automation texts to one client from midnight to midnight, in the business's time zone.",
    )
    texts_per_hour = models.PositiveIntegerField(
        default=200,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
        help_text="Most automation texts for all clients together in any 60 minutes.",
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
