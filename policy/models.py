"""What screening found, what was done about it, and what an organization allows."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models import Message, Sitter, Thread
from messaging.models.phones import parse_e164
from policy.detector import tlds
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class FindingKind(models.TextChoices):
    """What a span of text gives away."""

    PHONE = "phone", "Phone number"
    EMAIL = "email", "E-mail address"
    URL = "url", "Link"
    SOCIAL = "social", "Social handle"
    PAYMENT = "payment", "Payment handle"
    INTENT = "intent", "Going around the business"
    EVASION = "evasion", "Disguised contact"


class Action(models.TextChoices):
    """What screening did with the text, mildest first."""

    ALLOW = "allow", "Allowed"
    WARN = "warn", "Sent with a warning"
    REDACT = "redact", "Hidden from sitters"
    HOLD = "hold", "Held for review"


class Resolution(models.TextChoices):
    """What a human did about it."""

    APPROVED = "approved", "Approved and sent"
    EDITED = "edited", "Edited and sent"
    REJECTED = "rejected", "Rejected"
    DISMISSED = "dismissed", "False alarm"
    CANCELED = "canceled", "Canceled"


class Violation(TenantModel, PublicModel):
    """The findings on one message, with the action taken and how a human resolved it.

    `findings` is a list of {kind, start, end, score, reasons, rule}; offsets count code points of `Message.body` as it was written.
    It holds no words of the text.
    """

    message = TenantForeignKey(Message, related_name="violations")
    thread = TenantForeignKey(Thread, related_name="+", db_index=False)
    sitter = TenantForeignKey(Sitter, related_name="violations", null=True, db_index=False)
    author_kind = models.CharField(max_length=16)
    findings = models.JSONField()
    rule_version = models.CharField(max_length=24)
    action = models.CharField(max_length=16, choices=Action.choices)
    resolution = models.CharField(max_length=16, choices=Resolution.choices, blank=True)
    resolved_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        verbose_name = "screening result"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(resolution="", resolved_at__isnull=True, resolved_by__isnull=True)
                | (~Q(resolution="") & Q(resolved_at__isnull=False, resolved_by__isnull=False))
                # Canceled by what happened, such as an ended window: a time but nobody.
                | Q(resolution="canceled", resolved_at__isnull=False),
                name="violation_resolved_has_resolver_and_time",
            ),
        ]
        indexes = [
            # Read by the ladder and the sitter's history.
            models.Index(
                fields=["sitter", "-created_at"],
                condition=Q(sitter__isnull=False),
                name="violation_of_sitter",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {', '.join(sorted({f['kind'] for f in self.findings}))}"


class AllowedContact(TenantModel, PublicModel):
    """A number or domain an organization lets through, beside its own numbers and domains."""

    kind = models.CharField(
        max_length=16, choices=[("phone", "Phone number"), ("domain", "Website or e-mail domain")]
    )
    value = models.CharField(max_length=253)
    note = models.CharField(max_length=200, blank=True)
    added_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "allowed contact"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "kind", "value"],
                name="allowedcontact_once_per_organization",
                violation_error_message="This is already allowed.",
            ),
        ]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        super().clean()
        if self.kind == "phone":
            self.value = parse_e164(self.value)
            return
        domain = (
            self.value.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
        )
        self.value = domain.split("/")[0]
        if "." not in self.value:
            raise ValidationError({"value": "Write a domain such as example.com."})
        if is_everybodys(self.value):
            raise ValidationError(
                {"value": f"Anyone can have an address at {self.value}, so it stays screened."}
            )


def is_everybodys(domain: str) -> bool:
    """Whether `domain` is a mailbox provider's. Allowing it would let every private address there through."""
    name, _, ending = tlds.registrable(domain.lower()).partition(".")
    return name in tlds.SURE_PROVIDERS or (name in tlds.PROVIDERS and ending in ("com", "net", "de"))


class ScreeningRule(TenantModel):
    """An owner's choice for one kind of finding and author. Without one, the defaults of `policy.rules` hold.

    What a sitter writes with a phone number in it is always held: `policy.rules` applies the stricter of both.
    """

    author_kind = models.CharField(
        max_length=16,
        choices=[
            ("client", "Client"),
            ("sitter", "Sitter"),
            ("owner", "Owner"),
            ("automation", "Automation"),
        ],
    )
    finding_kind = models.CharField(max_length=16, choices=FindingKind.choices)
    action = models.CharField(max_length=16, choices=Action.choices)

    class Meta(TenantModel.Meta):
        verbose_name = "screening rule"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "author_kind", "finding_kind"],
                name="screeningrule_one_per_author_and_kind",
                violation_error_message="There's already a rule for this.",
            ),
            models.CheckConstraint(
                condition=~Q(author_kind="sitter", finding_kind="phone") | Q(action=Action.HOLD),
                name="screeningrule_sitter_phone_is_held",
                violation_error_message="A sitter's text with a phone number is always held.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_kind_display()}, {self.get_finding_kind_display()}: {self.get_action_display()}"
