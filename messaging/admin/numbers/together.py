"""What is done with several numbers at once: the ticked ones lead to a page that shows it first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse

from messaging.phones import several
from messaging.phones.several import Deed
from snoutos.adminkit import TenantAdmin, bulk_button


class DoneTogether(TenantAdmin):
    """The choices for ticked numbers."""

    @bulk_button("Change role…")
    def roles_together(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._lead(request, rows, Deed.ROLE)

    @bulk_button("Pause…")
    def pause_together(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._lead(request, rows, Deed.PAUSE)

    @bulk_button("Set webhooks…")
    def webhooks_together(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._lead(request, rows, Deed.WEBHOOKS)

    @bulk_button("Change label…")
    def labels_together(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseRedirect | None:
        return self._lead(request, rows, Deed.LABEL)

    def _lead(self, request: HttpRequest, rows: QuerySet[Any], deed: Deed) -> HttpResponseRedirect | None:
        chosen = list(rows.values_list("public_id", flat=True)[: several.AT_MOST + 1])
        if len(chosen) > several.AT_MOST:
            self.message_user(request, f"Choose up to {several.AT_MOST} numbers.", messages.ERROR)
            return None
        asked = QueryDict(mutable=True)
        asked["do"] = deed.value
        asked.setlist("number", [str(one) for one in chosen])
        return HttpResponseRedirect(f"{reverse('admin:numbers_together')}?{asked.urlencode()}")
