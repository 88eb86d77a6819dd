"""Clients, sitters and the business' numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messaging.api.answers import ClientAnswer, NumberAnswer, SitterAnswer
from messaging.models import Client, MessageNumber, Sitter
from messaging.models.numbers import NumberRole, NumberState
from messaging.models.phones import parse_e164
from messaging.people import verbs
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.permissions import PEOPLE_AND_SYSTEMS
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Strict


class Phone(serializers.CharField):
    """A phone as people type it; kept in E.164."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return parse_e164(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class ClientBody(Strict):
    """A new customer."""

    name = serializers.CharField(max_length=120)
    phones = serializers.ListField(child=Phone(max_length=32), min_length=1, max_length=10)
    pets = serializers.CharField(max_length=200, allow_blank=True, default="")
    notes = serializers.CharField(max_length=4000, allow_blank=True, default="")


class ClientFilters(Filters):
    """Which clients."""

    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="Part of the name.")
    phone = django_filters.CharFilter(field_name="phones__e164", label="Exactly this phone, in E.164.")


class SitterFilters(Filters):
    """Which sitters."""

    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="Part of the name.")
    is_active = django_filters.BooleanFilter()


class NumberFilters(Filters):
    """Which numbers."""

    role = django_filters.ChoiceFilter(choices=NumberRole.choices)
    state = django_filters.ChoiceFilter(choices=NumberState.choices)


class Clients(OrganizationViewSet):
    """Customers, by name."""

    model = Client
    order = ("name", "id")
    roles = PEOPLE_AND_SYSTEMS
    scopes = {"create": "windows"}
    filterset_class = ClientFilters
    serializer_class = ClientAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.prefetch_related("phones")

    def list(self, request: Request) -> Response:
        """Customers, by name."""
        return self.page(ClientAnswer)

    @extend_schema(responses=ClientAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One customer."""
        return self.shown(ClientAnswer, self.get_object())

    @extend_schema(
        request=ClientBody, responses={201: ClientAnswer}, parameters=[key_parameter(required=False)]
    )
    def create(self, request: Request) -> Response:
        """Add a customer with the phones they text from."""
        return once(request, self._create, required=False)

    def _create(self) -> Response:
        values = self.given(ClientBody)
        made = verbs.create_client(
            organization=self.organization, by=self.caller, at=timezone.now(), **values
        )
        return self.shown(ClientAnswer, self.get_queryset().get(pk=made.pk), 201)


class Sitters(OrganizationViewSet):
    """Sitters, by name."""

    model = Sitter
    order = ("name", "id")
    roles = PEOPLE_AND_SYSTEMS
    filterset_class = SitterFilters
    serializer_class = SitterAnswer

    def list(self, request: Request) -> Response:
        """Sitters, by name."""
        return self.page(SitterAnswer)

    @extend_schema(responses=SitterAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One sitter."""
        return self.shown(SitterAnswer, self.get_object())


class Numbers(OrganizationViewSet):
    """The business' numbers."""

    model = MessageNumber
    roles = PEOPLE_AND_SYSTEMS
    filterset_class = NumberFilters
    serializer_class = NumberAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("sitter")

    def list(self, request: Request) -> Response:
        """Numbers, newest first."""
        return self.page(NumberAnswer)

    @extend_schema(responses=NumberAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One number."""
        return self.shown(NumberAnswer, self.get_object())
