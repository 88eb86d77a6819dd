"""What the pages of clients and of sitters share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse

from audit import events as audit_events
from messaging import permissions
from messaging.models import Client
from messaging.models.imports import ImportKind
from messaging.people import ownership
from messaging.spreadsheets import exports
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import (
    TenantAdmin,
    list_link,
)
from snoutos.core.problems import Problem


def adopt(obj: Any, made: Any) -> None:
    """Let the form's row be the one that a verb made."""
    obj.__dict__.update(made.__dict__)


def free(
    e164: str,
    client: Client | None,
    organization_id: int,
    *,
    partner: str = "",
    member: User | None = None,
) -> str:
    """`e164`, or the form's error that says whose phone it is and leads on: to that card, and to adding `partner` there."""
    try:
        ownership.require_free(organization_id, e164, client=client, member=member)
    except Problem as refused:
        raise ValidationError(_leads_on(refused, partner)) from refused
    return e164


def _leads_on(refused: Problem, partner: str) -> Any:
    """The sentence, with links to the other card."""
    holder, can = refused.facts.get("holder"), refused.facts.get("can", ())
    if holder not in ("client", "sitter"):
        return refused.sentence
    here = [refused.facts["holder_id"]]
    steps = [(reverse(f"admin:messaging_{holder}_change", args=here), "Open that card")]
    if partner and "add-partner" in can:
        where = reverse("admin:messaging_client_share", args=here)
        steps.insert(0, (f"{where}?{urlencode({'name': partner})}", f"Add {partner} to that card"))
    return render_to_string("adminkit/leads_on.html", {"sentence": refused.sentence, "steps": steps})


class ByFile(TenantAdmin):
    """A list of people that come from a file and go to one."""

    by_file: ImportKind

    @list_link("Import", icon="upload_file", url_path="import", may=permissions.IMPORT_PEOPLE)
    def bring_in(self, request: HttpRequest) -> HttpResponseBase:
        """To the page where a file is uploaded."""
        return HttpResponseRedirect(f"{reverse('admin:imports')}?kind={self.by_file.value}")

    @list_link("Export", icon="download", url_path="csv", may=permissions.EXPORT_PEOPLE)
    def download(self, request: HttpRequest) -> HttpResponseBase:
        """Everybody as CSV, in the columns that an import knows by itself. Recorded."""
        organization = adminkit.person(request).organization
        assert organization is not None  # noqa: S101  (the permission asks for one)
        return exports.download(
            organization,
            self.by_file,
            lambda rows: adminkit.record(
                request, audit_events.export_made, kind=self.by_file.value, rows=rows
            ),
        )
