"""Bodies about whose a conversation is, when it comes back, and its tags."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from snoutos.accounts.models import User
from snoutos.accounts.rest.serializers import Moment, Reference, Strict
from snoutos.core import tags as words


class Giving(Strict):
    """Which member sees to the conversation."""

    member = Reference(User, allow_null=True)


class Snoozing(Strict):
    """Until when, with a zone."""

    until = Moment(allow_null=True)


class Tag(serializers.CharField):
    """A tag, kept in small letters."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return words.read(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class Tagging(Strict):
    """All of its tags."""

    tags = serializers.ListField(child=Tag(max_length=words.LONGEST), max_length=words.MOST)
