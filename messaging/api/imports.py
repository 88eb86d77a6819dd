"""Clients and sitters from a file: the same steps as on the desk. Upload shows what would happen, start adds, undo takes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.errors import FileTooLarge
from messaging.models import ImportedRow, PeopleImport
from messaging.models.imports import ImportKind, ImportState, RowState
from messaging.spreadsheets import columns, reports, running, tables, undoing, uploads
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.parsing import BoundedJSONParser
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Name, Nothing, Strict

_FIELDS = sorted({field for known in columns.FIELDS.values() for field in known})


def _columns(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=["", *_FIELDS], allow_blank=True),
        max_length=tables.MOST_COLUMNS,
        help_text="What each column of the file is, first to last; empty for one that is left out.",
        **options,
    )


class FileBody(Strict):
    """A CSV file of at most 5 MB and 5,000 rows."""

    kind = serializers.ChoiceField(choices=ImportKind.choices)
    file = serializers.FileField()
    columns = _columns(required=False)


class ColumnsBody(Strict):
    """Other columns than were guessed."""

    columns = _columns()


class RowCounts(serializers.Serializer[dict[str, int]]):
    """How many rows there are in each state."""

    new = serializers.IntegerField(help_text="Would be added.")
    there = serializers.IntegerField(help_text="Someone of this name has these phones already.")
    refused = serializers.IntegerField(help_text="Not added; the rows say why.")
    added = serializers.IntegerField()
    removed = serializers.IntegerField(help_text="Added, and removed again by the undo.")
    kept = serializers.IntegerField(help_text="Added, and used since: they stay.")


class ImportAnswer(serializers.ModelSerializer[PeopleImport]):
    """An import as it stands. `counts` are of its rows, which are deleted after 30 days or with the undo; the other numbers stay."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    counts = serializers.SerializerMethodField()
    agreeing = serializers.SerializerMethodField(
        help_text="How many of the rows to add, or added, bring consent to texts along."
    )
    headings = serializers.ListField(child=serializers.CharField(), read_only=True)
    columns = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = PeopleImport
        fields: tuple[str, ...] = (
            "id", "kind", "state", "file_name", "encoding", "headings", "columns", "counts", "agreeing",
            "added", "there", "refused", "removed",
            "kept", "created_at", "started_at", "finished_at", "undone_at", "forgotten_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_counts(self, one: PeopleImport) -> RowCounts:
        return RowCounts(uploads.count(one)).data  # type: ignore[return-value]

    def get_agreeing(self, one: PeopleImport) -> int:
        return uploads.agreeing(one)


class ImportSummary(ImportAnswer):
    """An import in a list: without the counts of its rows."""

    counts = None  # type: ignore[assignment]
    agreeing = None  # type: ignore[assignment]

    class Meta(ImportAnswer.Meta):
        fields = tuple(name for name in ImportAnswer.Meta.fields if name not in ("counts", "agreeing"))
        read_only_fields = fields


class RowAnswer(serializers.ModelSerializer[ImportedRow]):
    """A row under its number in the spreadsheet. `why` says what is wrong, with `cell`, and what to do."""

    name = serializers.SerializerMethodField()
    client = Name(read_only=True, allow_null=True)
    sitter = Name(read_only=True, allow_null=True)

    class Meta:
        model = ImportedRow
        fields = ("number", "state", "name", "cell", "why", "client", "sitter")
        read_only_fields = fields

    def get_name(self, row: ImportedRow) -> str:
        return reports.name_in(row.people_import, row)


class ImportFilters(Filters):
    """Which imports."""

    kind = django_filters.ChoiceFilter(choices=ImportKind.choices)
    state = django_filters.ChoiceFilter(choices=ImportState.choices)


class RowFilters(Filters):
    """Which rows."""

    state = django_filters.ChoiceFilter(choices=RowState.choices)


class Imports(OrganizationViewSet):
    """Imports, newest first."""

    model = PeopleImport
    may = dict.fromkeys(
        ("list", "retrieve", "create", "columns", "start", "undo", "discard"), permissions.IMPORT_PEOPLE
    )
    parser_classes = (BoundedJSONParser, MultiPartParser)
    filterset_class = ImportFilters
    serializer_class = ImportSummary

    def list(self, request: Request) -> Response:
        """Imports, newest first."""
        return self.page(ImportSummary)

    @extend_schema(responses=ImportAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One import: how far it is."""
        return self.shown(ImportAnswer, self.get_object())

    @extend_schema(request={"multipart/form-data": FileBody}, responses={201: ImportAnswer})
    def create(self, request: Request) -> Response:
        """Upload a file. What would become of each row is known at once; no one is added before `start`."""
        values = self.given(FileBody)
        file = values.pop("file")
        if file.size > tables.LARGEST_FILE:
            raise FileTooLarge(tables.too_large())
        made = uploads.upload(
            organization=self.organization, file_name=file.name or "", data=file.read(), by=self.caller,
            at=timezone.now(), **values,
        )  # fmt: skip
        return self.shown(ImportAnswer, made, 201)

    @extend_schema(request={"application/json": ColumnsBody}, responses=ImportAnswer)
    @action(detail=True, methods=["post"])
    def columns(self, request: Request, public_id: UUID) -> Response:
        """Read the rows with other columns."""
        found = self.get_object()
        chosen = self.given(ColumnsBody)["columns"]
        return self.shown(ImportAnswer, uploads.choose_columns(found, chosen))

    @extend_schema(request={"application/json": Nothing}, responses=ImportAnswer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, public_id: UUID) -> Response:
        """Add the rows that can be added, in the background."""
        return self._order(running.start)

    @extend_schema(request={"application/json": Nothing}, responses=ImportAnswer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, public_id: UUID) -> Response:
        """Remove whom the import added and no one has used since; stops one that is running."""
        return self._order(undoing.undo)

    @extend_schema(request={"application/json": Nothing}, responses={204: None})
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, public_id: UUID) -> Response:
        """Throw a file away that was not started."""
        found = self.get_object()
        self.given(Nothing)
        uploads.discard(found)
        return Response(status=204)

    def _order(self, verb: Callable[..., PeopleImport]) -> Response:
        found = self.get_object()
        self.given(Nothing)
        return self.shown(ImportAnswer, verb(found, by=self.caller, at=timezone.now()))


class ImportRows(OrganizationViewSet):
    """The rows of an import, in the order of the file."""

    model = ImportedRow
    order = ("number", "id")
    may = {"list": permissions.IMPORT_PEOPLE}
    filterset_class = RowFilters
    serializer_class = RowAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related("people_import", "client", "sitter")

    def list(self, request: Request, public_id: UUID) -> Response:
        """The rows with what would become, or became, of each."""
        one = self.row(PeopleImport, public_id)
        return self.page(RowAnswer, self.get_queryset().filter(people_import=one))
