"""Who said STOP to an organization, and every change of that."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from messaging.models.messages import Message
from messaging.models.phones import E164Field, display
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ConsentSource(models.TextChoices):
    """How we learned of it."""

    TEXT = "text", "By text"
    PROVIDER = "provider", "The provider refused a text"
    OWNER = "owner", "Recorded by the owner"
    REVIEW = "review", "In their own words, as the owner read them"


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


class RevocationState(models.TextChoices):
    """What became of a text that may ask for no more texts."""

    OPEN = "open", "To decide"
    OPTED_OUT = "opted_out", "Opted out"
    NOT_MEANT = "not_meant", "Not meant"


class Revocation(TenantModel, PublicModel):
    """A text that may ask, in its own words, for no more texts to its phone: one open a phone, with a clock, until somebody decides.

    Decided by a member (`decided_by`), by a change of the phone's standing (`change`: their own STOP or START, say), or by a member
    through such a change. While it is open no automatic text goes to the phone.
    """

    e164 = E164Field("phone")
    message = TenantForeignKey(Message, related_name="revocations")
    state = models.CharField(
        max_length=16, choices=RevocationState.choices, default=RevocationState.OPEN, editable=False
    )
    # When they wrote it; the clock runs from when we had it.
    said_at = models.DateTimeField(editable=False)
    opened_at = models.DateTimeField(editable=False)
    due_at = models.DateTimeField(editable=False)
    # When the owner is next reminded.
    remind_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    change = TenantForeignKey(ConsentChange, related_name="+", null=True, editable=False, db_index=False)

    class Meta(TenantModel.Meta):
        verbose_name = "possible opt-out"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "e164"],
                condition=Q(state="open"),
                name="revocation_one_open_per_phone",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RevocationState.values), name="revocation_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="open", decided_at__isnull=True, decided_by__isnull=True, change__isnull=True
                )
                | (
                    ~Q(state="open")
                    & Q(decided_at__isnull=False)
                    & (Q(decided_by__isnull=False) | Q(change__isnull=False))
                ),
                name="revocation_decided_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(state="open"),
                name="revocation_decided_reminds_nobody",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="revocation_leaves_time"),
        ]
        indexes = [
            # Read by the tick that reminds.
            models.Index(fields=["remind_at"], condition=Q(state="open"), name="revocation_to_remind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {display(self.e164)}"


class Purpose(models.TextChoices):
    """What an automatic text is for, and what somebody agreed to."""

    SERVICE = "service", "About their visits"
    PROMOTIONAL = "promotional", "Offers and news"


class ConsentChannel(models.TextChoices):
    """How somebody agreed."""

    VERBAL = "verbal", "In person or on the phone"
    PAPER = "paper", "On paper"
    WEB_FORM = "web_form", "By a web form"
    TEXT = "text", "By text"
    IMPORT = "import", "From an import"
    API = "api", "Told by another system"


class ConsentEnd(models.TextChoices):
    """Why consent holds no longer."""

    OPTED_OUT = "opted_out", "They opted out"
    REPLACED = "replaced", "They have another phone now"
    RECYCLED = "recycled", "The phone is someone else's now"
    UNDONE = "undone", "The import that recorded it was undone"


class Consent(TenantModel, PublicModel):
    """Consent that a phone's owner gave: what to, how, when, in which words, and who wrote it down. Ended, never changed or deleted."""

    e164 = E164Field("phone")
    client = TenantForeignKey("messaging.Client", related_name="consents", null=True, editable=False)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    channel = models.CharField(max_length=16, choices=ConsentChannel.choices)
    wording = models.CharField(max_length=1000)
    evidence = models.CharField(max_length=500, blank=True)
    message = TenantForeignKey(Message, related_name="+", null=True, editable=False, db_index=False)
    given_at = models.DateTimeField()
    recorded_by = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    recorded_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_as = models.CharField(max_length=16, choices=ConsentEnd.choices, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "consent"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="consent_has_a_known_purpose"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=ConsentChannel.values), name="consent_has_a_known_channel"
            ),
            models.CheckConstraint(condition=~Q(wording=""), name="consent_says_to_what"),
            models.CheckConstraint(
                condition=Q(given_at__lte=F("recorded_at")), name="consent_was_given_before_it_was_recorded"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(message__isnull=False),
                name="consent_has_a_witness",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_as="")
                | Q(ended_at__isnull=False, ended_at__gte=F("given_at"), ended_as__in=ConsentEnd.values),
                name="consent_ended_says_when_and_why",
            ),
        ]
        indexes = [
            # Read whenever an automatic text asks whether it may go.
            models.Index(fields=["organization", "e164"], name="consent_of_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {display(self.e164)}"
