"""The business' account at the provider, its numbers, and the line each number sends over."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.people import Sitter
from messaging.models.phones import E164Field, display
from snoutos.accounts.models import User
from snoutos.accounts.secrets import SecretField
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class LineState(models.TextChoices):
    """Whether an account's texts may leave. `stopped`: the provider refuses the account. `paused`: it does not answer.

    open → stopped | paused
    paused → stopped                              a probe, or an answer that was still under way, was refused
    stopped, paused → open                        a probe was answered, or the owner corrected the credentials
    """

    OPEN = "open", "Open"
    STOPPED = "stopped", "Stopped"
    PAUSED = "paused", "Paused"


class ProviderAccount(TenantModel, PublicModel):
    """An organization's account at the provider.

    The signature key of webhooks is `auth_token`, also when sends use an API key (provider's documentation); while a token is
    being changed, `previous_auth_token` still opens.
    """

    provider = models.CharField(max_length=16, default="twilio", choices=[("twilio", "Twilio")])
    label = models.CharField(max_length=80, blank=True)
    sid = models.CharField("account SID", max_length=64)
    auth_token = SecretField()
    previous_auth_token = SecretField(blank=True, default="")
    api_key_sid = models.CharField("API key SID", max_length=64, blank=True)
    api_key_secret = SecretField("API key secret", blank=True, default="")
    messaging_service_sid = models.CharField("messaging service SID", max_length=64, blank=True)
    line_state = models.CharField(
        max_length=16, choices=LineState.choices, default=LineState.OPEN, editable=False
    )
    line_stopped_code = models.CharField(max_length=16, blank=True, editable=False)
    line_stopped_at = models.DateTimeField(null=True, editable=False)
    # When it is asked next whether it works again, and how often it was since it last worked.
    probe_at = models.DateTimeField(null=True, editable=False)
    probes = models.PositiveSmallIntegerField(default=0, editable=False)
    # Calls in a row that the provider did not answer, and when the first of them was.
    troubles = models.PositiveSmallIntegerField(default=0, editable=False)
    trouble_since = models.DateTimeField(null=True, editable=False)
    # Until when the provider's list of inbound texts was read to its end.
    inbound_listed_at = models.DateTimeField(null=True, editable=False)
    # When the provider is asked next how the numbers are registered with the carriers. None: it never was.
    registrations_due_at = models.DateTimeField(null=True, editable=False)
    # When the provider last accepted the credentials as they are saved. None: they are from before it was asked.
    proven_at = models.DateTimeField(null=True, editable=False)
    # When it is compared with the provider next and was last, and when that last was tried in vain since.
    compare_at = models.DateTimeField(null=True, editable=False)
    compared_at = models.DateTimeField(null=True, editable=False)
    comparison_failed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "provider account"
        verbose_name_plural = "provider"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["sid"],
                name="provideraccount_unique_sid",
                violation_error_message="This account is already connected.",
            ),
            models.CheckConstraint(
                condition=Q(line_state__in=LineState.values), name="provideraccount_has_a_known_line_state"
            ),
            models.CheckConstraint(
                condition=Q(messaging_service_sid__regex=r"^(MG[0-9A-Za-z]{32})?$"),
                name="provideraccount_service_sid_is_one",
                violation_error_message="That isn't a messaging service SID: it starts with MG and has 34 characters. Leave it empty if "
                "you have none.",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.sid

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook, current one first."""
        return tuple(token for token in (self.auth_token, self.previous_auth_token) if token)


class NumberRole(models.TextChoices):
    """What a stranger's text to the number means (`product.md`, Inbound)."""

    FRONT_DESK = "front_desk", "Front desk"
    SITTER = "sitter", "Sitter"
    POOL = "pool", "Pool"


class NumberState(models.TextChoices):
    """`quarantined`: nothing leaves over it until its cooldown is over. `retired`: given back; a number bought again is a new row."""

    ACTIVE = "active", "Active"
    QUARANTINED = "quarantined", "Paused"
    RETIRED = "retired", "Released"


class Health(models.TextChoices):
    """Phones that texts did not reach over 7 days: none, one or two, three or more."""

    HEALTHY = "healthy", "Healthy"
    WATCH = "watch", "Watch"
    FAILING = "failing", "Failing"


class CallHandling(models.TextChoices):
    """What happens with a call to a number. Put through are calls to the office's own people alone (`messaging.calls.forwarding`)."""

    SENTENCE = "sentence", "Callers hear the sentence"
    OFFICE_PHONE = "office_phone", "Forwarded to the office's phone"
    MEMBER = "member", "Forwarded to a member's phone"


class ClosedHandling(models.TextChoices):
    """What happens with a call outside business hours (`messaging.calls.plans`). The ways to forward one are those of `CallHandling`."""

    SAME = "same", "The same as when you're open"
    SENTENCE = CallHandling.SENTENCE.value, CallHandling.SENTENCE.label
    VOICEMAIL = "voicemail", "Callers can leave a voicemail"
    OFFICE_PHONE = CallHandling.OFFICE_PHONE.value, CallHandling.OFFICE_PHONE.label
    MEMBER = CallHandling.MEMBER.value, CallHandling.MEMBER.label


def _forwards_to_one_place(when: str, **quiet: Any) -> Q:
    """Of the columns of a number that begin with `when`: the handling has just the phone or the member it forwards to; `quiet`, the
    lookup of the handlings that forward nowhere, neither.
    """

    def have(handling: dict[str, Any], **place: Any) -> Q:
        return Q(**handling, **{f"{when}_{name}": value for name, value in place.items()})

    handling = f"{when}_handling"
    return (
        have({handling: CallHandling.OFFICE_PHONE}, member__isnull=True) & ~Q(**{f"{when}_phone": ""})
        | have({handling: CallHandling.MEMBER}, member__isnull=False, phone="")
        | have({f"{when}_{name}": value for name, value in quiet.items()}, member__isnull=True, phone="")
    )


class Registered(models.TextChoices):
    """How the US carriers know a number: by brand and campaign (10DLC), or a toll-free verification. `unknown` decides nothing."""

    UNKNOWN = "unknown", "Not checked yet"
    EXEMPT = "exempt", "Not needed"
    UNREGISTERED = "unregistered", "Not registered"
    PENDING = "pending", "Being reviewed"
    APPROVED = "approved", "Registered"
    SUSPENDED = "suspended", "Suspended"


class Proof(models.TextChoices):
    """Whether the provider has brought a text for a number here since its webhooks were set, and what came of asking for one."""

    PROVEN = "proven", "Proven"
    WAITING = "waiting", "Test text on its way"
    NOT_ARRIVED = "not_arrived", "Test text didn't arrive"
    NONE = "none", "Not proven"


class MessageNumber(TenantModel, PublicModel):
    """A business number. It belongs to one account for its life.

    active → quarantined → active                 its cooldown is over: as a pool number; or nobody ever texted with it
    active, quarantined → retired

    `quarantined_until` is the end of the cooldown; a number that was paused before cooldowns were kept may have none, and stays paused.
    `state_reason` says in the owner's words why it was paused or released.
    """

    account = TenantForeignKey(ProviderAccount, related_name="numbers")
    e164 = E164Field("number")
    label = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=16, choices=NumberRole.choices)
    state = models.CharField(max_length=16, choices=NumberState.choices, default=NumberState.ACTIVE)
    sitter = TenantForeignKey(Sitter, related_name="numbers", null=True, blank=True)
    quarantined_until = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    health = models.CharField(max_length=16, choices=Health.choices, default=Health.HEALTHY, editable=False)
    # What a caller hears; empty: the sentence of `messaging.calls.answering`.
    call_sentence = models.CharField("callers hear", max_length=500, blank=True, default="", db_default="")
    call_handling = models.CharField(
        max_length=16,
        choices=CallHandling.choices,
        default=CallHandling.SENTENCE,
        db_default=CallHandling.SENTENCE,
        editable=False,
    )
    # Where calls are forwarded to: a phone that the owner typed, or whatever phone a member has.
    call_phone = E164Field(blank=True, default="", db_default="", editable=False)
    call_member = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    # Whether a caller whom no one takes can leave a message after the sentence.
    call_voicemail = models.BooleanField(default=False, db_default=False, editable=False)
    # The same for when the business is closed; an empty sentence: the one above.
    closed_handling = models.CharField(
        max_length=16,
        choices=ClosedHandling.choices,
        default=ClosedHandling.SAME,
        db_default=ClosedHandling.SAME,
        editable=False,
    )
    closed_phone = E164Field(blank=True, default="", db_default="", editable=False)
    closed_member = TenantForeignKey(User, related_name="+", null=True, editable=False, db_index=False)
    closed_sentence = models.CharField(max_length=500, blank=True, default="", db_default="", editable=False)
    # What a caller whom no one took is texted (`messaging.calls.texting_back`); empty: nothing.
    missed_call_text = models.CharField(max_length=320, blank=True, default="", db_default="", editable=False)
    # When the provider was last told to call us for it. None: set by hand, or not at all.
    webhooks_set_at = models.DateTimeField(null=True, editable=False)
    # Since when a text that the provider brought has proven that; and when a test text was last sent that has not come yet.
    webhooks_proven_at = models.DateTimeField(null=True, editable=False)
    proof_asked_at = models.DateTimeField(null=True, editable=False)
    # Whether it was in the pool of the account's messaging service when the provider last said: its texts then name the service.
    in_service = models.BooleanField(default=False, db_default=False, editable=False)
    # Since when carriers filter its texts, so that automations do not text over it; and when an owner last lifted that.
    filtered_at = models.DateTimeField(null=True, editable=False)
    filtering_lifted_at = models.DateTimeField(null=True, editable=False)
    # As the provider last said (`numbers.registration`). A toll-free number needs no brand; its campaign is its verification.
    brand_state = models.CharField(
        max_length=16, choices=Registered.choices, default=Registered.UNKNOWN, db_default=Registered.UNKNOWN.value,
        editable=False,
    )  # fmt: skip
    campaign_state = models.CharField(
        max_length=16, choices=Registered.choices, default=Registered.UNKNOWN, db_default=Registered.UNKNOWN.value,
        editable=False,
    )  # fmt: skip
    registration_read_at = models.DateTimeField(null=True, editable=False)
    # When it was given back at the provider; only a released number is.
    given_up_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "number"
        ordering = ["role", "e164", "id"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["e164"],
                condition=~Q(state=NumberState.RETIRED),
                name="messagenumber_unique_e164",
                violation_error_message="This number is already in use.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=NumberRole.values), name="messagenumber_has_a_known_role"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NumberState.values), name="messagenumber_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(brand_state__in=Registered.values, campaign_state__in=Registered.values),
                name="messagenumber_has_a_known_registration",
            ),
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | Q(state=NumberState.RETIRED),
                name="messagenumber_only_a_released_number_is_given_up",
            ),
            models.CheckConstraint(
                condition=_forwards_to_one_place("call", handling=CallHandling.SENTENCE),
                name="messagenumber_forwards_calls_to_one_place",
            ),
            models.CheckConstraint(
                condition=_forwards_to_one_place(
                    "closed",
                    handling__in=[ClosedHandling.SAME, ClosedHandling.SENTENCE, ClosedHandling.VOICEMAIL],
                ),
                name="messagenumber_forwards_closed_calls_to_one_place",
            ),
            models.CheckConstraint(
                condition=Q(sitter__isnull=True) | Q(role=NumberRole.SITTER),
                name="messagenumber_only_a_sitter_number_has_a_sitter",
                violation_error_message="Only a number with the role Sitter can have a sitter.",
            ),
        ]

    def __str__(self) -> str:
        return f"{display(self.e164)} ({self.get_role_display()})"


class SendingLine(TenantModel):
    """The queue of one number: when it may send next, and how many segments it may send at once (token bucket)."""

    number = TenantForeignKey(MessageNumber, related_name="+")
    next_due_at = models.DateTimeField(null=True)
    segments_per_second = models.FloatField(default=1.0)
    burst = models.FloatField(default=10.0)
    tokens = models.FloatField(default=10.0)
    refilled_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["number"], name="sendingline_one_per_number"),
            models.CheckConstraint(
                condition=Q(segments_per_second__gt=0, burst__gt=0), name="sendingline_has_a_positive_rate"
            ),
        ]
        indexes = [
            # Read by the claim: lines that have something to send.
            models.Index(
                fields=["next_due_at", "id"], condition=Q(next_due_at__isnull=False), name="sendingline_due"
            )
        ]

    def __str__(self) -> str:
        return f"line of number {self.number_id}"
