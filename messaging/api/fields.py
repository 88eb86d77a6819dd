"""Phones in requests: as people type them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers

from messaging.models.phones import parse_e164


class Phone(serializers.CharField):
    """A phone as people type it; kept in E.164."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return parse_e164(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error
