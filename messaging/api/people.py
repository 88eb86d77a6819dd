"""Clients and sitters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audit import events as audit_events
from audit.record import Actor, recording
from messaging import permissions
from messaging.api import consent, phones
from messaging.api.answers import ClientAnswer, LinkedAnswer, SitterAnswer
from messaging.api.fields import Phone
from messaging.api.searching import PhoneFilter, SearchFilter
from messaging.consent import given
from messaging.consent.given import Given
from messaging.models import Client, Sitter, Thread
from messaging.models.imports import ImportKind
from messaging.people import clients, merging
from messaging.phones import changes
from messaging.phones import sitters as sitter_phones
from messaging.spreadsheets import exports
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Strict
from snoutos.accounts.rest.tables import CsvRenderer


class ClientBody(Strict):
    """A new customer."""

    name = serializers.CharField(max_length=120)
    phones = serializers.ListField(child=Phone(max_length=32), min_length=1, max_length=10)
    pets = serializers.CharField(max_length=200, allow_blank=True, default="")
    notes = serializers.CharField(max_length=4000, allow_blank=True, default="")


class Partner(Strict):
    """Someone who shares the customer's card. Without a phone of their own they text from the customer's."""

    name = serializers.CharField(max_length=60)
    phone = Phone(max_length=32, required=False)


class ClientFilters(Filters):
    """Which clients."""

    search = SearchFilter(
        words=("name", "pets"),
        phones=("phones__e164",),
        label="Part of the name or pets, or a phone as people write it.",
    )
    phone = PhoneFilter("phones__e164", label="A phone as people write it, whole or in part.")


class SitterFilters(Filters):
    """Which sitters."""

    search = SearchFilter(
        words=("name",), phones=("phone",), label="Part of the name, or a phone as people write it."
    )
    is_active = django_filters.BooleanFilter()


def _export(view: OrganizationViewSet, kind: ImportKind) -> StreamingHttpResponse:
    def record(rows: int) -> None:
        with transaction.atomic(), recording(actor=Actor.api(view.caller.pk)) as trail:
            made = audit_events.export_made(organization_id=view.organization.pk, kind=kind.value, rows=rows)
            trail.record(made)

    return exports.download(view.organization, kind, record)


class Clients(OrganizationViewSet):
    """Customers, by name."""

    model = Client
    order = ("name", "id")
    may = {
        "list": permissions.SEE_CLIENTS,
        "retrieve": permissions.SEE_CLIENTS,
        "create": permissions.ADD_CLIENT,
        "csv": permissions.EXPORT_PEOPLE,
        "add_phone": permissions.CHANGE_PHONE,
        "add_partner": permissions.CHANGE_PHONE,
        "merge": permissions.MERGE_CLIENTS,
        "preview_phone": permissions.CHANGE_PHONE,
        "replace_phone": permissions.CHANGE_PHONE,
        "remove_phone": permissions.CHANGE_PHONE,
        "recycle_phone": permissions.CHANGE_PHONE,
        "give_phone": permissions.CHANGE_PHONE,
        "consents": permissions.SEE_CONSENT,
        "record_consent": permissions.RECORD_CONSENT,
    }
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
        request=ClientBody, responses={201: LinkedAnswer}, parameters=[key_parameter(required=False)]
    )
    def create(self, request: Request) -> Response:
        """Add a customer with the phones they text from.

        What a phone wrote before as an unknown sender is theirs from then on; `linked` names those conversations.
        """
        return once(request, self._create, required=False)

    def _create(self) -> Response:
        values = self.given(ClientBody)
        made = clients.create_client(
            organization=self.organization, by=self.caller, at=timezone.now(), **values
        )
        return self._linked(made, made.threads.all(), 201)

    def _linked(self, client: Client, threads: Iterable[Thread], status: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=client.pk)
        context = {**self.get_serializer_context(), "linked": list(threads)}
        return Response(LinkedAnswer(fresh, context=context).data, status=status)

    @extend_schema(request=phones.AddedPhone, responses=LinkedAnswer)
    @action(detail=True, methods=["post"], url_path="add-phone")
    def add_phone(self, request: Request, public_id: UUID) -> Response:
        """They text from one more phone. What it wrote as an unknown sender is theirs; `linked` names those conversations."""
        client = self.get_object()
        added = clients.add_phone(client, **self.given(phones.AddedPhone), by=self.caller, at=timezone.now())
        return self._linked(client, added.linked)

    @extend_schema(request=Partner, responses=LinkedAnswer)
    @action(detail=True, methods=["post"], url_path="add-partner")
    def add_partner(self, request: Request, public_id: UUID) -> Response:
        """Someone shares this customer's card: a couple with one phone, or with one each."""
        client = self.get_object()
        added = clients.add_partner(client, **self.given(Partner), by=self.caller, at=timezone.now())
        return self._linked(client, added.linked if added else ())

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=False, renderer_classes=[JSONRenderer, CsvRenderer])
    def csv(self, request: Request) -> StreamingHttpResponse:
        """Every customer with phones, pets and notes, as a table that an import reads. Recorded in the trail."""
        return _export(self, ImportKind.CLIENTS)

    @extend_schema(request=phones.OtherClient, responses=ClientAnswer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, public_id: UUID) -> Response:
        """The other customer is the same person: all that is theirs comes to this card, and their card ends."""
        kept = self.get_object()
        gone = self.given(phones.OtherClient)["client"]
        merging.merge(kept, gone, by=self.caller, at=timezone.now())
        return self.shown(ClientAnswer, self.get_queryset().get(pk=kept.pk))

    @extend_schema(request=phones.PhoneReplacement, responses=phones.PhonePreviewAnswer)
    @action(detail=True, methods=["post"], url_path="preview-phone")
    def preview_phone(self, request: Request, public_id: UUID) -> Response:
        """What replacing a phone would touch. Nothing changes."""
        client = self.get_object()
        values = self.given(phones.PhoneReplacement)
        phone = phones.on_card(client, values["phone"])
        return self.shown(phones.PhonePreviewAnswer, changes.preview(phone, new=values["new"]))

    @extend_schema(request=phones.PhoneReplacement, responses=ClientAnswer)
    @action(detail=True, methods=["post"], url_path="replace-phone")
    def replace_phone(self, request: Request, public_id: UUID) -> Response:
        """They have another phone now. Their conversations go on with it; what was queued to the old one is canceled."""
        return self._change(phones.PhoneReplacement, changes.replace)

    @extend_schema(request=phones.OnePhone, responses=ClientAnswer)
    @action(detail=True, methods=["post"], url_path="remove-phone")
    def remove_phone(self, request: Request, public_id: UUID) -> Response:
        """Take a phone off the card. Its conversations stay; before the next text to it, you are asked once."""
        return self._change(phones.OnePhone, changes.remove)

    @extend_schema(request=phones.OnePhone, responses=ClientAnswer)
    @action(detail=True, methods=["post"], url_path="recycle-phone")
    def recycle_phone(self, request: Request, public_id: UUID) -> Response:
        """The phone is someone else's now. Its next text begins a conversation of its own; history stays with the customer."""
        return self._change(phones.OnePhone, changes.recycle)

    @extend_schema(request=phones.PhoneGift, responses=ClientAnswer)
    @action(detail=True, methods=["post"], url_path="give-phone")
    def give_phone(self, request: Request, public_id: UUID) -> Response:
        """The phone was on the wrong card: it goes to another customer, and its conversations with it."""
        return self._change(phones.PhoneGift, changes.give)

    @extend_schema(responses=consent.ConsentAnswer(many=True))
    @action(detail=True, methods=["get"], url_path="consents", pagination_class=None)
    def consents(self, request: Request, public_id: UUID) -> Response:
        """What they agreed to, and what of it has ended, oldest first."""
        return Response(consent.ConsentAnswer(consent.of(self.get_object()), many=True).data)

    @extend_schema(
        request=consent.ConsentBody,
        responses={201: consent.ConsentAnswer},
        parameters=[key_parameter(required=False)],
    )
    @consents.mapping.post
    def record_consent(self, request: Request, public_id: UUID) -> Response:
        """They agreed to automatic texts on one of their phones."""
        return once(request, self._record_consent, required=False)

    def _record_consent(self) -> Response:
        client, values = self.get_object(), self.given(consent.ConsentBody)
        phone = phones.on_card(client, values.pop("phone"))
        kept = given.record(phone, Given(**values), by=self.caller, at=timezone.now())
        return self.shown(consent.ConsentAnswer, kept, 201)

    def _change(self, body: type[phones.OnePhone], verb: Callable[..., object]) -> Response:
        client = self.get_object()
        values = self.given(body)
        phone = phones.on_card(client, values.pop("phone"))
        verb(phone, by=self.caller, at=timezone.now(), **values)
        return self.shown(ClientAnswer, self.get_queryset().get(pk=client.pk))


class Sitters(OrganizationViewSet):
    """Sitters, by name."""

    model = Sitter
    order = ("name", "id")
    may = {
        "list": permissions.SEE_SITTERS,
        "retrieve": permissions.SEE_SITTERS,
        "change_phone": permissions.CHANGE_SITTER,
        "csv": permissions.EXPORT_PEOPLE,
    }
    filterset_class = SitterFilters
    serializer_class = SitterAnswer

    def list(self, request: Request) -> Response:
        """Sitters, by name."""
        return self.page(SitterAnswer)

    @extend_schema(responses=SitterAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One sitter."""
        return self.shown(SitterAnswer, self.get_object())

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=False, renderer_classes=[JSONRenderer, CsvRenderer])
    def csv(self, request: Request) -> StreamingHttpResponse:
        """Every sitter who works for the business, as a table that an import reads. Recorded in the trail."""
        return _export(self, ImportKind.SITTERS)

    @extend_schema(request=phones.NewPhone, responses=SitterAnswer)
    @action(detail=True, methods=["post"], url_path="change-phone")
    def change_phone(self, request: Request, public_id: UUID) -> Response:
        """They have another phone now. Their lines on the old one are closed at once."""
        sitter = self.get_object()
        new = self.given(phones.NewPhone)["phone"]
        changed = sitter_phones.change_phone(sitter, new=new, by=self.caller, at=timezone.now())
        return self.shown(SitterAnswer, changed)
