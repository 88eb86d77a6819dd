"""The base of every endpoint that shows rows of an organization. What is another's does not exist."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers, viewsets
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from snoutos.accounts.models import Organization, User
from snoutos.accounts.permissions import Permission
from snoutos.accounts.rest.filtering import StrictFilterBackend
from snoutos.accounts.rest.pagination import CursorPages
from snoutos.accounts.rest.parsing import BoundedJSONParser
from snoutos.accounts.rest.schema import ProblemSchema
from snoutos.accounts.tenancy import TenantModel


class OrganizationViewSet(viewsets.GenericViewSet[Any]):
    """Rows of `model` of the caller's organization, named by public id.

    Subclasses name in `may` the permission of each action, and refine by `shape`, which is given only the organization's rows.
    """

    model: ClassVar[type[TenantModel] | type[User]]
    order: ClassVar[tuple[str, ...]] = ("-id",)
    may: ClassVar[dict[str, Permission]] = {}
    lookup_field = "public_id"
    lookup_value_converter = "uuid"
    schema = ProblemSchema()
    parser_classes: tuple[type[BaseParser], ...] = (BoundedJSONParser,)
    pagination_class: type[BasePagination] | None = CursorPages
    filter_backends: Any = (StrictFilterBackend,)
    # OPTIONS tells nothing that the schema does not tell better.
    metadata_class = None

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """`rows` with what the answer needs fetched along."""
        return rows

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.shape(self.model.objects.of(self.caller.organization_id))

    @property
    def caller(self) -> User:
        """Who asks. Permission was given, so it is a user of an organization."""
        return cast(User, self.request.user)

    @property
    def organization(self) -> Organization:
        """The caller's business."""
        return cast(Organization, self.caller.organization)

    def row(self, model: type[TenantModel], public_id: UUID) -> Any:
        """The row of the caller's organization; another's is as missing as one that never was (404)."""
        found = model.objects.of(self.caller.organization_id).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def given(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The request's body, read by `serializer`. Raises a validation error."""
        reading = serializer(data=self.request.data, context=self.get_serializer_context())
        reading.is_valid(raise_exception=True)
        values: dict[str, Any] = reading.validated_data
        return values

    def shown(
        self, serializer: type[serializers.BaseSerializer[Any]], row: Any, status: int = 200
    ) -> Response:
        """`row` as the answer."""
        return Response(serializer(row, context=self.get_serializer_context()).data, status=status)

    def rows_of_page(self, rows: QuerySet[Any] | None = None) -> list[Any]:
        """The rows of the page asked for, of `rows` (the view's own), filtered."""
        found = self.filter_queryset(self.get_queryset() if rows is None else rows)
        return list(self.paginate_queryset(found) or ())

    def page(
        self, serializer: type[serializers.BaseSerializer[Any]], rows: QuerySet[Any] | None = None
    ) -> Response:
        """One page of `rows` (the view's own), filtered."""
        shown = self.rows_of_page(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(serializer(shown, many=True, context=context).data)
