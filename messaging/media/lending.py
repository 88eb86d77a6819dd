"""Kept files lent to people: who opened one is recorded, and a browser does with it only what it is lent for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase

from audit import looks
from audit.types import Event
from messaging.models.files import MediaState, ProvidedFile
from snoutos.accounts.models import User

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_File = TypeVar("_File", bound=ProvidedFile)


def lend(
    files: QuerySet[_File],
    public_id: UUID,
    *,
    opens: bool,
    looked: Callable[[_File], Event],
    by: User,
    at: datetime,
) -> _File:
    """The kept one of `files`, those that `by` may read. Where it is opened, and not only asked about, `looked` is recorded.

    Raises Http404 for one that is not among them and for one that we have no copy of, alike.
    """
    kept: _File | None = files.filter(public_id=public_id, state=MediaState.KEPT).first()
    if kept is None or not kept.file:
        raise Http404
    if opens:
        looks.note(looked(kept), by=by, at=at)
    return kept


def to_save(kept: ProvidedFile) -> HttpResponse:
    """To be saved, never opened by the browser: anybody may have sent it."""
    answer: HttpResponseBase = FileResponse(
        kept.file.open("rb"), as_attachment=True, filename=f"{kept.public_id}"
    )
    return _harmless(answer, "application/octet-stream")


def to_show(kept: ProvidedFile) -> HttpResponse:
    """To be shown as what it is: only for kinds that were checked by their bytes."""
    answer: HttpResponseBase = FileResponse(kept.file.open("rb"), filename=f"{kept.public_id}")
    return _harmless(answer, kept.content_type)


def to_play(kept: ProvidedFile, asked: str) -> HttpResponse:
    """To be played as what it is. `asked` is the request's Range header: some browsers play nothing whose parts they can't ask for, so one
    range is answered (RFC 9110, 14).
    """
    with kept.file.open("rb") as file:
        answer = _part(file.read(), asked)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    return _harmless(answer, kept.content_type)


def _harmless(answer: HttpResponseBase, content_type: str) -> HttpResponse:
    """Nothing in it runs, whatever it is."""
    answer["Content-Type"] = content_type
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer  # type: ignore[return-value]


def _part(content: bytes, asked: str) -> HttpResponse:
    """What `asked` names of `content`; the whole where it names nothing that can be read."""
    found = _RANGE.fullmatch(asked)
    if found is None or not any(found.groups()):
        return HttpResponse(content)
    first, last = found.groups()
    size = len(content)
    starts = int(first) if first else max(0, size - int(last))
    ends = min(int(last), size - 1) if first and last else size - 1
    if starts > ends:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {"Content-Range": f"bytes {starts}-{ends}/{size}"}
    return HttpResponse(content[starts : ends + 1], status=206, headers=headers)
