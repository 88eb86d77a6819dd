"""What a phone's coming and going means, as the API says it: bodies, previews and answers of the verbs of `messaging.phones`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from messaging.api.fields import Phone
from messaging.models import Client, ClientPhone, MessageNumber
from messaging.phones import changes, moving
from snoutos.accounts.rest.serializers import Reference, Strict


class OnePhone(Strict):
    """One of the customer's phones, as it stands on their card."""

    phone = serializers.CharField(max_length=32)


class AddedPhone(Strict):
    """One more phone of the customer, and what to call it."""

    phone = Phone(max_length=32)
    label = serializers.CharField(max_length=40, allow_blank=True, default="")  # type: ignore[assignment]


class PhoneReplacement(OnePhone):
    """The phone that goes, and the one that takes its place."""

    new_phone = serializers.CharField(max_length=32, source="new")


class PhoneGift(OnePhone):
    """The phone, and the customer whose card it belongs on."""

    client = Reference(Client)


class OtherClient(Strict):
    """The other card of the same person."""

    client = Reference(Client)


class NewPhone(Strict):
    """A sitter's or member's phone from now on; empty for none."""

    phone = serializers.CharField(max_length=32, allow_blank=True)


class Move(Strict):
    """The number that carries the conversation from now on."""

    number = Reference(MessageNumber)


class TouchedAnswer(serializers.Serializer[changes.Touched]):
    """A conversation that a change touches. What is under way stays with the old phone."""

    thread = serializers.UUIDField(source="thread.public_id")
    queued = serializers.IntegerField(help_text="Texts that would be canceled and offered to you.")
    under_way = serializers.IntegerField(
        help_text="Texts that are being sent, or whose outcome isn't known yet."
    )


class PhonePreviewAnswer(serializers.Serializer[changes.Preview]):
    """What a change would do. Asking changes nothing."""

    phone = serializers.CharField(source="e164")
    said_stop = serializers.BooleanField(
        help_text="The phone texted STOP: automatic texts to the new one stay off until you record consent."
    )
    touched = TouchedAnswer(many=True)
    joined = serializers.SerializerMethodField(
        help_text="Conversations of the new phone that would be closed and shown on the card."
    )

    linked = serializers.SerializerMethodField(
        help_text="Conversations that the new phone had elsewhere as an unknown sender, and that would be theirs."
    )

    def get_linked(self, preview: changes.Preview) -> list[str]:
        return [str(thread.public_id) for thread in preview.linked]

    def get_joined(self, preview: changes.Preview) -> list[str]:
        return [str(thread.public_id) for thread in preview.joined]


class MovePreviewAnswer(serializers.Serializer[moving.Preview]):
    """What a move would do. Asking changes nothing."""

    queued = serializers.IntegerField(
        source="touched.queued", help_text="Texts that would go out from the new number instead."
    )
    under_way = serializers.IntegerField(
        source="touched.under_way", help_text="Texts that stay with the old number."
    )
    joined = serializers.UUIDField(
        source="joined.public_id",
        allow_null=True,
        default=None,
        help_text="A conversation that would be closed.",
    )


def on_card(client: Client, typed: Any) -> ClientPhone:
    """The row of one of `client`'s phones. Raises a ValidationError at `phone` when it is not on the card."""
    from messaging.people.phones import BadPhone, parse

    try:
        found: ClientPhone | None = client.phones.filter(e164=parse(str(typed))).first()
    except BadPhone:
        found = None
    if found is None:
        raise serializers.ValidationError({"phone": ["This phone isn't on the client's card."]})
    return found
