"""Where critical alerts go with the desk closed. Chosen and proven on the desk only: a key must not lead alerts elsewhere."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.alerting import channels
from messaging.models import AlertChannel
from messaging.models.alerting import ChannelKind
from snoutos.accounts.rest.scoping import OrganizationViewSet


class AlertChannelAnswer(serializers.Serializer[Any]):
    """`is_used`: alerts go there. `is_proven`: an owner saw a test arrive. `trouble`: why nothing can reach it now, or empty."""

    kind = serializers.ChoiceField(choices=ChannelKind.choices)
    address = serializers.CharField()
    is_used = serializers.BooleanField()
    is_proven = serializers.BooleanField()
    trouble = serializers.CharField(help_text="mail_off, opted_out, phone_taken, no_number, or empty.")


class AlertSettingsAnswer(serializers.Serializer[Any]):
    """What was chosen, and every channel that follows from it. No addresses: every owner's own."""

    phone = serializers.CharField()
    emails = serializers.ListField(child=serializers.EmailField())
    channels = AlertChannelAnswer(many=True)


class AlertSettings(OrganizationViewSet):
    """Where critical alerts go with the desk closed."""

    model = AlertChannel
    may = {"retrieve": permissions.SEE_ALERTING}
    filter_backends = ()
    pagination_class: type[BasePagination] | None = None

    @extend_schema(responses=AlertSettingsAnswer)
    def retrieve(self, request: Request) -> Response:
        """The phone, the addresses, and whether each is proven."""
        shown = {
            "phone": self.organization.alert_phone,
            "emails": self.organization.alert_emails,
            "channels": channels.channels(self.organization),
        }
        return Response(AlertSettingsAnswer(shown).data)
