"""What somebody said in a thread, and the media that came with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.assignments import AssignmentWindow, RoutingOverride
from messaging.models.files import MediaState, ProvidedFile
from messaging.models.numbers import ProviderAccount
from messaging.models.people import Sitter
from messaging.models.receipts import WebhookReceipt
from messaging.models.threads import Participant, Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel, TenantQuerySet


class AuthorKind(models.TextChoices):
    """Who said it. The outside party of a thread is `client`, also while nobody knows who they are."""

    CLIENT = "client", "Client"
    SITTER = "sitter", "Sitter"
    OWNER = "owner", "Owner"
    AUTOMATION = "automation", "Automation"
    SYSTEM = "system", "System"


class MessageState(models.TextChoices):
    """See `Message`."""

    RECEIVED = "received", "Received"
    HELD = "held", "Held for review"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    CANCELED = "canceled", "Canceled"


class HeldReason(models.TextChoices):
    """Why a text waits for review (`Message.held_reason`)."""

    FINDING = "finding", "Screening found something"
    DETECTOR_FAILED = "detector_failed", "Screening failed"
    MEDIA = "media", "A file you need to look at"


class Audience(models.TextChoices):
    """Who may read it: set at creation, never widened."""

    THREAD = "thread", "Everyone in the conversation"
    OWNER = "owner", "Owner only"


# So long after it was written a text reached us late; before that it is only the way it took.
LATE_FROM = timedelta(minutes=2)


class WrittenAtField(models.DateTimeField):  # type: ignore[type-arg]
    """When the writer sent it. Where nobody said, that is when we had it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, model_instance.created_at)  # type: ignore[attr-defined]
        return super().pre_save(model_instance, add)


class MessageQuerySet(TenantQuerySet):
    """Messages; most readers want `texts`."""

    def texts(self) -> Self:
        """What was said, without reactions: those stand at the text they are to."""
        return self.filter(reacts_to__isnull=True)


class Message(TenantModel, PublicModel):
    """What somebody said in a thread.

        received                                  what came in from outside
        held → accepted | rejected | canceled     waits for the owner
        accepted                                  was or is to be sent (see its deliveries)

    `position` orders the thread by when we had its texts; it never changes. `written_at` is when the writer sent it (the provider's time
    where known), never later than `created_at`, when we had it; texts are shown with it and waits are counted from it.
    Sitters read through `routing.access` only, and what `policy.reader` makes of it.

    A reaction ("Liked “…”") to a text we know is a row that `reacts_to` it, for the owner alone. It says nothing: it is shown at that
    text and by nobody counted as one. `reaction` is its emoji, empty when one was taken back; the newest of a participant counts.
    """

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    thread = TenantForeignKey(Thread, related_name="messages", db_index=False)
    position = models.PositiveBigIntegerField()
    author_kind = models.CharField(max_length=16, choices=AuthorKind.choices)
    author = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    sitter = TenantForeignKey(Sitter, related_name="messages", null=True, db_index=False)
    participant = TenantForeignKey(Participant, related_name="+", null=True, db_index=False)
    state = models.CharField(max_length=16, choices=MessageState.choices)
    audience = models.CharField(max_length=16, choices=Audience.choices, default=Audience.THREAD)
    is_note = models.BooleanField(default=False)
    body = models.TextField(blank=True)
    # What sitters read where it differs from the body; stored, so that a new rule cannot uncover what an old one hid.
    redacted_body = models.TextField(null=True)  # noqa: DJ001  (NULL = nothing was hidden, "" = all of it)
    # Under which rules of `policy.reader` that was decided; 0 = before there were any, so it is decided when it is read.
    reader_rules = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What the author wrote, when the owner edited it before sending.
    original_body = models.TextField(null=True)  # noqa: DJ001
    held_reason = models.CharField(max_length=40, blank=True)
    # What authorised a sitter when they submitted; its end cancels what has not left.
    window = TenantForeignKey(AssignmentWindow, related_name="+", null=True, db_index=False)
    override = TenantForeignKey(RoutingOverride, related_name="+", null=True, db_index=False)
    reviewed_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    reviewed_at = models.DateTimeField(null=True)
    review_note = models.CharField(max_length=300, blank=True)
    account = TenantForeignKey(ProviderAccount, related_name="+", null=True, db_index=False)
    provider_sid = models.CharField(max_length=64, blank=True)
    receipt = models.ForeignKey(WebhookReceipt, models.SET_NULL, null=True, related_name="+", db_index=False)
    reacts_to = TenantForeignKey("self", related_name="reactions", null=True, db_index=False)
    reaction = models.CharField(max_length=32, blank=True, default="", db_default="")
    # A phone or a system sent it by itself ("I'm driving …"): nothing is answered by itself, and it is no answer.
    is_auto_reply = models.BooleanField(default=False, db_default=False, editable=False)
    # A client's text for a sitter becomes unread for the owner then, unless the sitter has got or opened it; None: settled, or not theirs.
    owner_due_at = models.DateTimeField(null=True, editable=False)
    origin_key = models.CharField(max_length=200, null=True)  # noqa: DJ001  (NULLs do not collide)
    written_at = WrittenAtField()
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["thread", "position"], name="message_unique_position_in_thread"),
            models.UniqueConstraint(
                fields=["account", "provider_sid"],
                condition=~Q(provider_sid=""),
                name="message_unique_provider_sid",
            ),
            models.UniqueConstraint(fields=["organization", "origin_key"], name="message_unique_origin_key"),
            models.CheckConstraint(
                condition=~Q(state=MessageState.HELD) | ~Q(held_reason=""), name="message_held_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(author_kind=AuthorKind.SITTER) | Q(sitter__isnull=False),
                name="message_of_a_sitter_names_them",
            ),
            models.CheckConstraint(
                condition=Q(is_note=False) | Q(audience=Audience.OWNER), name="message_note_is_for_the_owner"
            ),
            models.CheckConstraint(
                condition=Q(reacts_to__isnull=True)
                | Q(audience=Audience.OWNER, state=MessageState.RECEIVED, is_note=False),
                name="message_reaction_is_for_the_owner",
            ),
        ]
        indexes = [
            # Read by the review queue, oldest first, and by its count in the menu.
            models.Index(
                fields=["organization", "created_at"],
                condition=Q(state=MessageState.HELD),
                name="message_review_queue",
            ),
            # Read with the text that a reaction is to.
            models.Index(
                fields=["reacts_to", "position"],
                condition=Q(reacts_to__isnull=False),
                name="message_reactions",
            ),
            # Read by the tick that brings unopened texts to the owner.
            models.Index(
                fields=["owner_due_at"], condition=Q(owner_due_at__isnull=False), name="message_due_to_owner"
            ),
            # Read by the screen of a sitter's next text and by the sitter's history.
            models.Index(
                fields=["sitter", "-created_at"], condition=Q(sitter__isnull=False), name="message_of_sitter"
            ),
        ]

    def __str__(self) -> str:
        return f"message {str(self.public_id)[:8]}"

    @property
    def reactions_now(self) -> list[Message]:
        """The reactions that stand: the newest of each participant, unless it was taken back. Read from what was prefetched."""
        newest = {one.participant_id: one for one in sorted(self.reactions.all(), key=lambda m: m.position)}
        return [one for one in newest.values() if one.reaction]

    @property
    def reached_us_late(self) -> bool:
        """Whether we had it two minutes or more after it was written: an outage, or its number was added later."""
        return self.written_at is not None and self.created_at - self.written_at >= LATE_FROM

    @property
    def is_from_outside(self) -> bool:
        """Whether a phone outside the business wrote it."""
        return self.author_kind in (AuthorKind.CLIENT, AuthorKind.SITTER)


class MessageMedia(ProvidedFile):
    """One picture or file of a message."""

    message = TenantForeignKey(Message, models.CASCADE, related_name="media", db_index=False)
    position = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["message", "position"], name="messagemedia_unique_position"),
        ]
        indexes = [
            # Read by the task that fetches copies.
            models.Index(
                fields=["next_try_at"], condition=Q(state=MediaState.LISTED), name="messagemedia_to_fetch"
            )
        ]

    @property
    def provider_account(self) -> ProviderAccount | None:
        account: ProviderAccount | None = self.message.account
        return account

    def __str__(self) -> str:
        return f"{self.content_type} {self.position} of message {self.message_id}"
