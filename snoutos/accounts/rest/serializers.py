"""What bodies may hold: exactly the named fields; other rows by public id, of one's own organization only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from snoutos.accounts.models import User
from snoutos.accounts.rest import instants
from snoutos.accounts.tenancy import TenantModel

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Strict(serializers.Serializer[Any]):
    """A request's body. A field that is not named here is refused: nobody shall believe to have set it."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in data if name not in writable)
            if unknown:
                raise serializers.ValidationError(
                    {name[:100]: ["There's no such field."] for name in unknown[:20]}
                )
        return super().to_internal_value(data)


class Name(serializers.Serializer[Any]):
    """Another row, shown by its public id and name."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class Nothing(Strict):
    """The body of a request that says everything by its address."""


class Reference(serializers.UUIDField):
    """Another row by its public id. One of another organization is answered as one that does not exist."""

    default_error_messages = {"missing": "No such item."}

    def __init__(self, model: type[TenantModel] | type[User], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        public_id = super().to_internal_value(data)
        organization_id = self.context["request"].user.organization_id
        row = self.model.objects.of(organization_id).filter(public_id=public_id).first()
        if row is None:
            self.fail("missing")
        return row


class Moment(serializers.DateTimeField):
    """A time with its zone, between 2000 and 2100. One without a zone is refused: it would be ours to guess."""

    default_error_messages = {"range": "Use a time between 2000 and 2100."}

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = instants.read(value)
        except instants.BadInstant as error:
            raise serializers.ValidationError(str(error), code="invalid") from error
        if not EARLIEST <= moment <= LATEST:
            self.fail("range")
        return moment
