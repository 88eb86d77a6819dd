"""Clients and sitters from a file: uploaded, its columns chosen with a preview of every row that is refused, added, and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from messaging import permissions as may
from messaging.errors import FileTooLarge
from messaging.models import ImportedRow, PeopleImport
from messaging.models.imports import ImportKind, ImportState, RowState
from messaging.spreadsheets import columns as fields
from messaging.spreadsheets import exports, judging, reports, running, tables, undoing, uploads
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk.forms import DeskForm
from snoutos.desk.request import DeskRequest, desk_page

SHOWN = 50
EXAMPLES = 3
NEWEST = 20


class ImportForm(DeskForm):
    """A file of clients or sitters."""

    kind = forms.ChoiceField(
        choices=ImportKind.choices,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose whether the file has clients or sitters."
        ),
    )
    file = forms.FileField(
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty.",
            "missing": "Choose a file.",
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.IMPORT_PEOPLE)
def show(desk: DeskRequest) -> HttpResponse:
    """Where a file is uploaded, and the imports that were."""
    if desk.request.method != "POST":
        return _start_page(desk)
    form = ImportForm(desk.request.POST, desk.request.FILES, organization=desk.organization)
    if not form.is_valid():
        return _start_page(desk, form.faults, status=422)
    file = form.cleaned_data["file"]
    try:
        if file.size > tables.LARGEST_FILE:
            raise FileTooLarge(tables.too_large())
        made = uploads.upload(
            organization=desk.organization,
            kind=form.cleaned_data["kind"],
            file_name=file.name or "",
            data=file.read(),
            by=desk.user,
            at=desk.at,
        )
    except Problem as problem:
        return _start_page(desk, [problem.sentence], status=problem.status)
    return _to(made)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.IMPORT_PEOPLE)
def show_one(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """One import as it stands. A POST chooses its columns, and shows what that changes."""
    found = _found(desk, public_id)
    if desk.request.method != "POST":
        if desk.request.GET.get("part") == "progress":
            return desk.fragment("desk/_import_progress.html", _progress(found))
        return _page(desk, found)
    chosen = [desk.request.POST.get(f"column-{index}", "") for index in range(len(found.headings))]
    try:
        uploads.choose_columns(found, chosen)
    except Problem as problem:
        found.refresh_from_db()
        return _page(desk, found, fault=problem.sentence, chosen=chosen, status=problem.status)
    return _to(found)


@require_POST
@desk_page(may.IMPORT_PEOPLE)
def start(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Add the people."""
    found = _found(desk, public_id)
    return _do(desk, found, lambda: running.start(found, by=desk.user, at=desk.at))


@require_POST
@desk_page(may.IMPORT_PEOPLE)
def undo(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back whom nobody has used since."""
    found = _found(desk, public_id)
    return _do(desk, found, lambda: undoing.undo(found, by=desk.user, at=desk.at))


@require_POST
@desk_page(may.IMPORT_PEOPLE)
def discard(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a file away that was not started."""
    found = _found(desk, public_id)
    try:
        uploads.discard(found)
    except Problem as problem:
        return _page(desk, _found(desk, public_id), fault=problem.sentence, status=problem.status)
    messages.success(desk.request, "The file is thrown away. No one was added.")
    return HttpResponseRedirect(reverse("admin:imports"), status=303)


@require_safe
@desk_page(may.IMPORT_PEOPLE)
def report(desk: DeskRequest, public_id: uuid.UUID) -> HttpResponse:
    """What became of each row, as CSV."""
    answer: HttpResponseBase = exports.as_file(
        reports.report_csv(_found(desk, public_id)), "import-report.csv"
    )
    return answer  # type: ignore[return-value]


def _found(desk: DeskRequest, public_id: uuid.UUID) -> PeopleImport:
    row: PeopleImport | None = PeopleImport.objects.of(desk.organization).filter(public_id=public_id).first()
    if row is None:
        raise Http404
    return row


def _to(row: PeopleImport) -> HttpResponse:
    return HttpResponseRedirect(_url(row), status=303)


def _url(row: PeopleImport) -> str:
    return reverse("admin:messaging_peopleimport_change", args=[row.public_id])


def _do(desk: DeskRequest, row: PeopleImport, verb: Callable[[], object]) -> HttpResponse:
    try:
        verb()
    except Problem as problem:
        row.refresh_from_db()
        return _page(desk, row, fault=problem.sentence, status=problem.status)
    return _to(row)


def _start_page(desk: DeskRequest, faults: list[str] | None = None, *, status: int = 200) -> HttpResponse:
    asked = desk.request.POST.get("kind") or desk.request.GET.get("kind") or ImportKind.CLIENTS
    newest = PeopleImport.objects.of(desk.organization).order_by("-created_at")[:NEWEST]
    context = {
        "faults": faults or [],
        "kinds": [(value, label, value == asked) for value, label in ImportKind.choices],
        "rows": [
            {
                "url": _url(row),
                "title": row.file_name or row.get_kind_display(),
                "kind": row.get_kind_display(),
                "when": timefmt.on(row.created_at, desk.zone, desk.at),
                "state": row.get_state_display(),
                "row": row,
            }
            for row in newest
        ],
    }
    return desk.page("desk/imports.html", context, title="Import clients and sitters", status=status)


def _page(
    desk: DeskRequest,
    row: PeopleImport,
    *,
    fault: str = "",
    chosen: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    told = row.rows.filter(state__in=(RowState.REFUSED, RowState.KEPT)).select_related("client", "sitter")
    coming = row.rows.filter(state__in=(RowState.NEW, RowState.ADDED))
    told_page = Paginator(told.order_by("number"), SHOWN).get_page(desk.request.GET.get("page"))
    shown = _progress(row)
    new = shown["counts"]["new"]
    context = {
        "row": row,
        "fault": fault,
        "columns": _columns(row, chosen) if row.state == ImportState.DRAFT else [],
        "examples": _examples(row),
        "accents": _accents(row) if row.encoding == "Windows-1252" else [],
        "told": told_page,
        "lines": [_line(row, one) for one in told_page],
        "heard_of": coming.filter(why__startswith=judging.HEARD_OF.why).count(),
        "agreeing": uploads.agreeing(row),
        "withdrawn": coming.filter(why__endswith=judging.WITHDRAWN).count(),
        **shown,
        "add": f"Add {new:,} {row.kind if new != 1 else row.kind.removesuffix('s')}",
    }
    return desk.page(
        "desk/import.html", context, title=f"Import {row.get_kind_display().lower()}", status=status
    )


def _line(row: PeopleImport, one: ImportedRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": reports.name_in(row, one),
        "cell": one.cell,
        "why": one.why,
        "url": address(one.person) if one.person is not None else "",
    }


def _progress(row: PeopleImport) -> dict[str, Any]:
    counts = uploads.count(row)
    added = counts[RowState.ADDED]
    done, left = (
        (counts[RowState.REMOVED] + counts[RowState.KEPT], added)
        if row.state == ImportState.UNDOING
        else (added, counts[RowState.NEW])
    )
    return {"row": row, "counts": counts, "done": done, "all": done + left}


def _columns(row: PeopleImport, chosen: list[str] | None) -> list[dict[str, Any]]:
    """Each column with its heading, what stands in its first rows, and which field it is."""
    first = list(row.rows.order_by("number").values_list("cells", flat=True)[:EXAMPLES])
    picked = chosen or row.columns
    return [
        {
            "index": index,
            "letter": tables.letter(index),
            "heading": heading,
            "sample": " · ".join(cells[index][:40] for cells in first if index < len(cells) and cells[index]),
            "choices": [
                (field, title, field == picked[index]) for field, title in fields.FIELDS[row.kind].items()
            ],
        }
        for index, heading in enumerate(row.headings)
    ]


def _examples(row: PeopleImport) -> list[dict[str, Any]]:
    if row.state != ImportState.DRAFT:
        return []
    reading = uploads.reading_of(row)
    new = row.rows.filter(state=RowState.NEW).order_by("number")[:EXAMPLES]
    return [{"number": one.number, "person": reading.person(one.cells)} for one in new]


def _accents(row: PeopleImport) -> list[str]:
    """Some cells with letters that show whether the file was read as it was written."""
    cells = (
        cell for cells in row.rows.order_by("number").values_list("cells", flat=True)[:500] for cell in cells
    )
    found = dict.fromkeys(cell[:60] for cell in cells if not cell.isascii())
    return list(found)[:EXAMPLES]
