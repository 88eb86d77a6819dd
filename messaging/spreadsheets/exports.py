"""Clients and sitters as CSV, in exactly the columns that an import guesses by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Count, Max, QuerySet
from django.http import StreamingHttpResponse

from audit.export import stream_csv
from messaging.models import Client, Sitter
from messaging.models.imports import ImportKind
from messaging.models.phones import display
from messaging.spreadsheets import columns
from snoutos.accounts.models import Organization

AT_ONCE = 500


def people_csv(organization: Organization, kind: str) -> Iterator[str]:
    """Every client, or the sitters who work for the business, by name: line by line in constant memory, safe to open in a spreadsheet.

    Begins with the mark by which spreadsheets know UTF-8.
    """
    yield "\ufeff"
    if kind == ImportKind.SITTERS:
        found = _sitters(organization).order_by("name", "pk").iterator(chunk_size=AT_ONCE)
        yield from stream_csv(columns.written(kind, 1), (_sitter(one) for one in found))
        return
    most = _most_phones(organization)
    rows = _clients(organization).order_by("name", "pk").prefetch_related("phones")
    lines = (_client(one, most) for one in rows.iterator(chunk_size=AT_ONCE))
    yield from stream_csv(columns.written(kind, most), lines)


def download(
    organization: Organization, kind: ImportKind, record: Callable[[int], None]
) -> StreamingHttpResponse:
    """The export as a file; `record` writes into the trail how many rows it has."""
    people = _clients(organization) if kind == ImportKind.CLIENTS else _sitters(organization)
    record(people.count())
    return as_file(people_csv(organization, kind), f"{kind.value}.csv")


def as_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """CSV as a file that the browser keeps and nobody on the way does."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _clients(organization: Organization) -> QuerySet[Client]:
    rows: QuerySet[Client] = Client.objects.of(organization)
    return rows


def _sitters(organization: Organization) -> QuerySet[Sitter]:
    rows: QuerySet[Sitter] = Sitter.objects.of(organization).filter(is_active=True)
    return rows


def _most_phones(organization: Organization) -> int:
    counted = _clients(organization).annotate(many=Count("phones"))
    return max(1, counted.aggregate(most=Max("many"))["most"] or 1)


def _client(client: Client, most: int) -> list[str]:
    phones = sorted(client.phones.all(), key=lambda phone: phone.pk)
    cells = [cell for phone in phones for cell in (display(phone.e164), phone.label)]
    return [client.name, *cells, *[""] * (2 * (most - len(phones))), client.pets, client.notes]


def _sitter(sitter: Sitter) -> list[str]:
    return [sitter.name, display(sitter.phone) if sitter.phone else ""]
