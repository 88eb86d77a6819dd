"""Threads, who takes part in them by which number, and how far each person has read."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.numbers import MessageNumber
from messaging.models.people import Client, Sitter
from messaging.models.phones import E164Field, display
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ThreadKind(models.TextChoices):
    """`care` is with a client or an unknown sender; `staff` is the office with a sitter, or with a member's own phone."""

    CARE = "care", "Client"
    STAFF = "staff", "Team"


class ThreadState(models.TextChoices):
    """A closed thread is reopened by the next text."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class Thread(TenantModel, PublicModel):
    """One conversation of an organization with one outside phone over one of its numbers.

    `last_position` numbers its messages; it changes under this row's lock only. A thread's number is its outside participant's.
    """

    kind = models.CharField(max_length=16, choices=ThreadKind.choices, default=ThreadKind.CARE)
    state = models.CharField(max_length=16, choices=ThreadState.choices, default=ThreadState.OPEN)
    client = TenantForeignKey(Client, related_name="threads", null=True, blank=True)
    last_position = models.PositiveBigIntegerField(default=0, editable=False)
    last_message_at = models.DateTimeField(null=True, editable=False)
    # The owner is told about texts up to here; messages that a sitter was told about do not raise it.
    owner_position = models.PositiveBigIntegerField(default=0, editable=False)
    # Which member of the office sees to it, when it comes back to the inbox, and where it stood when it was snoozed (`people.triage`).
    assignee = TenantForeignKey(User, related_name="+", null=True, blank=True, db_index=False)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_at_position = models.PositiveBigIntegerField(null=True, editable=False)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = "conversation"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ThreadKind.values), name="thread_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(state__in=ThreadState.values), name="thread_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True) | Q(snoozed_at_position__isnull=False),
                name="thread_snoozed_stands_somewhere",
            ),
        ]
        indexes = [
            # Read by the inbox: the newest conversations of an organization.
            models.Index(fields=["organization", "-last_message_at", "-id"], name="thread_inbox"),
            # Read by the inbox: one member's, and the snoozed ones.
            models.Index(
                fields=["assignee", "-last_message_at"],
                condition=Q(assignee__isnull=False),
                name="thread_assigned",
            ),
            models.Index(
                fields=["organization", "-last_message_at"],
                condition=Q(snoozed_at_position__isnull=False),
                name="thread_snoozed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} conversation {str(self.public_id)[:8]}"


class Role(models.TextChoices):
    """Who an outside phone is in its thread."""

    CLIENT = "client", "Client"
    SITTER = "sitter", "Sitter"
    MEMBER = "member", "Member"
    UNKNOWN = "unknown", "Unknown"


class LeftReason(models.TextChoices):
    """Why a phone no longer takes part by a number, and so what its next text over it means (`people.arrivals`)."""

    MOVED = "moved", "The conversation moved to another of your numbers"
    REPLACED = "replaced", "They have another phone now"
    RECYCLED = "recycled", "The phone is someone else's now"
    MERGED = "merged", "It was joined with another conversation"
    LINE_RELEASED = "line_released", "The number was released"
    OFFBOARDED = "offboarded", "They no longer work for you"


class Participant(TenantModel):
    """The pair (business number, personal phone) by which an outside phone takes part in a thread.

    The conversation key is the open one: at most one per (number, phone), in the database. That is what makes it impossible for
    a text to land in another's conversation. It ends for one of the reasons of `LeftReason`; rows of before that column have none.
    """

    thread = TenantForeignKey(Thread, related_name="participants", db_index=False)
    number = TenantForeignKey(MessageNumber, related_name="participants", db_index=False)
    e164 = E164Field("phone")
    role = models.CharField(max_length=16, choices=Role.choices)
    client = TenantForeignKey(Client, related_name="+", null=True, blank=True)
    sitter = TenantForeignKey(Sitter, related_name="participants", null=True, blank=True)
    # The member whose phone it is; none for a phone that alerts go to and that is no member's.
    member = TenantForeignKey(User, related_name="+", null=True, blank=True, db_index=False)
    is_blocked = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(
        max_length=16, choices=LeftReason.choices, blank=True, default="", db_default="", editable=False
    )
    # The owner said once that texts may go to this phone although it stands on nobody's card.
    off_card_confirmed_at = models.DateTimeField(null=True, editable=False)
    # A sitter is told once that their window ended.
    told_ended_at = models.DateTimeField(null=True, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["number", "e164"],
                condition=Q(left_at__isnull=True),
                name="participant_one_thread_per_number_and_phone",
            ),
            models.UniqueConstraint(
                fields=["thread"],
                condition=Q(left_at__isnull=True, role__in=[Role.CLIENT, Role.UNKNOWN]),
                name="thread_one_open_outside_participant",
            ),
            models.UniqueConstraint(
                fields=["thread"],
                condition=Q(left_at__isnull=True, role=Role.MEMBER),
                name="thread_one_open_member",
            ),
            models.UniqueConstraint(
                fields=["thread", "sitter"],
                condition=Q(left_at__isnull=True, role=Role.SITTER),
                name="participant_one_line_per_sitter_and_thread",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.CLIENT, client__isnull=False, sitter__isnull=True)
                | Q(role=Role.SITTER, sitter__isnull=False, client__isnull=True)
                | Q(role__in=[Role.UNKNOWN, Role.MEMBER], sitter__isnull=True, client__isnull=True),
                name="participant_role_names_its_party",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=True) | Q(role=Role.MEMBER),
                name="participant_only_a_member_is_named_as_one",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("joined_at")),
                name="participant_leaves_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(left_reason="") | Q(left_at__isnull=False, left_reason__in=LeftReason.values),
                name="participant_left_reason_is_known",
            ),
        ]
        indexes = [
            # Read by inbound when no open participant is found: the last thread of a pair.
            models.Index(fields=["number", "e164", "-left_at"], name="participant_pair"),
            # Read by pages and sends: who takes part.
            models.Index(fields=["thread", "left_at"], name="participant_thread"),
            # Read when a phone changes hands, and by hints about whose it was: everything one phone takes or took part in.
            models.Index(fields=["organization", "e164"], name="participant_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {display(self.e164)}"


class ThreadRead(TenantModel):
    """How far one person has read one thread. Unread is per person."""

    user = TenantForeignKey(User, related_name="+")
    thread = TenantForeignKey(Thread, models.CASCADE, related_name="reads", db_index=False)
    position = models.PositiveBigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["user", "thread"], name="threadread_one_per_user_and_thread"),
        ]

    def __str__(self) -> str:
        return f"read by user {self.user_id} to {self.position}"
