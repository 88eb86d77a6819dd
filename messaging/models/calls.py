"""Calls that people made to a business number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.files import MediaState, ProvidedFile
from messaging.models.numbers import MessageNumber, ProviderAccount
from messaging.models.threads import Participant, Thread
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class CallState(models.TextChoices):
    """What became of it. `missed`: nobody took it, they heard the number's sentence. `turned_away`: the office blocked the phone, so it
    rang busy. `forwarding`: it was passed on to a phone of the office's people, and nobody has said yet whether it was taken.

    missed → voicemail                            they left a message; forwarding → voicemail when nobody said that it was not taken
    forwarding → answered | missed                as the provider says
    forwarding → missed                           nobody said, and the call is over (`messaging.calls.process.give_up`)
    missed → answered                             the provider said so late
    """

    MISSED = "missed", "Missed call"
    VOICEMAIL = "voicemail", "Voicemail"
    TURNED_AWAY = "turned_away", "Blocked call"
    FORWARDING = "forwarding", "Forwarded call"
    ANSWERED = "answered", "Forwarded call, answered"


# What nobody has dealt with: it counts as unread until it is seen.
OPEN_STATES = (CallState.MISSED, CallState.VOICEMAIL)


class Call(TenantModel, PublicModel):
    """One call to a business number, for the office alone: sitters see none.

    It stands in its conversation at `position`, which it takes from the thread as a message does, so the two never share one. Whichever of
    the provider's requests comes first makes the row; the one about its end gives `ended_at` and `seconds`, how long they were on the line
    altogether; the one about its forwarding `talked_seconds`, how long they talked to who took it.
    """

    thread = TenantForeignKey(Thread, related_name="calls", db_index=False)
    position = models.PositiveBigIntegerField()
    participant = TenantForeignKey(Participant, related_name="+", db_index=False)
    number = TenantForeignKey(MessageNumber, related_name="+", db_index=False)
    account = TenantForeignKey(ProviderAccount, related_name="+", db_index=False)
    provider_sid = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=CallState.choices)
    started_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    talked_seconds = models.PositiveIntegerField(null=True)
    # When the caller was sent the number's text for missed calls.
    texted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["account", "provider_sid"], name="call_unique_provider_sid"),
            # Also read by the conversation and the inbox: the last calls of a thread.
            models.UniqueConstraint(fields=["thread", "position"], name="call_unique_position_in_thread"),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="call_ends_after_it_started",
            ),
            models.CheckConstraint(
                condition=Q(state=CallState.ANSWERED, talked_seconds__isnull=False)
                | ~Q(state=CallState.ANSWERED) & Q(talked_seconds__isnull=True),
                name="call_was_talked_in_when_answered",
            ),
        ]
        indexes = [
            # Read by the tick: calls of which nobody said whether they were taken.
            models.Index(
                fields=["started_at"], condition=Q(state=CallState.FORWARDING), name="call_being_forwarded"
            )
        ]

    def __str__(self) -> str:
        return f"call {str(self.public_id)[:8]}"


class Voicemail(ProvidedFile):
    """What a caller said after the tone, `seconds` long. Like the call, for the office alone."""

    call = TenantForeignKey(Call, models.CASCADE, related_name="voicemails", db_index=False)
    seconds = models.PositiveIntegerField()
    left_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["call"], name="voicemail_one_per_call"),
        ]
        indexes = [
            # Read by the task that fetches copies.
            models.Index(
                fields=["next_try_at"], condition=Q(state=MediaState.LISTED), name="voicemail_to_fetch"
            )
        ]

    @property
    def provider_account(self) -> ProviderAccount:
        account: ProviderAccount = self.call.account
        return account

    def __str__(self) -> str:
        return f"voicemail {str(self.public_id)[:8]}"
