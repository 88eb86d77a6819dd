"""The page “Your keys”: API keys that owners and staff issue in their own name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from snoutos import adminkit
from snoutos.access import events
from snoutos.accounts import api_keys
from snoutos.accounts.models import ApiKey
from snoutos.accounts.permissions import MANAGE_OWN_KEYS
from snoutos.core import timefmt
from snoutos.desk.request import DeskRequest, desk_page

LASTING = (("", "Until you revoke it"), ("30", "30 days"), ("90", "90 days"), ("365", "A year"))


class KeyForm(forms.Form):
    """A new key of one's own."""

    name = forms.CharField(max_length=80)
    scopes = forms.MultipleChoiceField(
        choices=api_keys.Scope.choices,
        error_messages={"required": "Choose what the key can do."},
    )
    days = forms.ChoiceField(choices=LASTING, required=False)


@require_safe
@desk_page(MANAGE_OWN_KEYS)
def show(desk: DeskRequest) -> HttpResponse:
    """One's own keys."""
    return _page(desk, KeyForm())


@require_POST
@desk_page(MANAGE_OWN_KEYS)
def issue(desk: DeskRequest) -> HttpResponse:
    """Create a key, and show it this once."""
    form = KeyForm(desk.request.POST)
    if not form.is_valid():
        return _page(desk, form, status=400)
    asked = form.cleaned_data
    with transaction.atomic():
        issued = api_keys.issue_by(
            desk.user,
            user=desk.user,
            name=asked["name"],
            scopes=asked["scopes"],
            expires_at=desk.at + timedelta(days=int(asked["days"])) if asked["days"] else None,
        )
        adminkit.record(desk.request, events.api_key_issued, key_id=issued.key.pk, user_id=desk.user.pk)
    answer = _page(desk, KeyForm(), issued=issued)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@desk_page(MANAGE_OWN_KEYS)
def revoke(desk: DeskRequest, public_id: UUID) -> HttpResponse:
    """End a key of one's own for good. Anybody else's is a 404, also for owners: theirs is the page of all keys."""
    key = _mine(desk).filter(public_id=public_id).first()
    if key is None:
        raise Http404
    with transaction.atomic():
        if api_keys.revoke(key, desk.at):
            adminkit.record(desk.request, events.api_key_revoked, key_id=key.pk)
    messages.success(desk.request, f"{key.name} is revoked.")
    return HttpResponseRedirect(reverse("admin:own_keys"), status=303)


def _mine(desk: DeskRequest) -> QuerySet[ApiKey]:
    found: QuerySet[ApiKey] = ApiKey.objects.of(desk.organization).filter(user=desk.user)
    return found


def _page(
    desk: DeskRequest, form: KeyForm, *, issued: api_keys.Issued | None = None, status: int = 200
) -> HttpResponse:
    typed = form.data if form.is_bound else {}
    ticked = desk.request.POST.getlist("scopes") if form.is_bound else []
    context = {
        "rows": [_row(key, desk) for key in _mine(desk).order_by("revoked_at", "-id")[:100]],
        "issued": issued,
        "fault": " ".join(str(sentence) for errors in form.errors.values() for sentence in errors),
        "name": typed.get("name", ""),
        "days": typed.get("days", ""),
        "scopes": [
            {"value": scope.value, "label": scope.label, "ticked": scope.value in ticked}
            for scope in api_keys.Scope
        ],
        "lasting": LASTING,
    }
    return desk.page("desk/keys.html", context, title="Your keys", status=status)


def _row(key: ApiKey, desk: DeskRequest) -> dict[str, Any]:
    expired = key.expires_at is not None and key.expires_at <= desk.at
    state, tone = ("Revoked", "") if key.revoked_at else ("Expired", "") if expired else ("In use", "success")
    return {
        "key": key,
        "issued": timefmt.date_of(key.created_at, desk.zone, desk.at),
        "until": timefmt.date_of(key.expires_at, desk.zone, desk.at) if key.expires_at else "",
        "last_used": timefmt.on(key.last_used_at, desk.zone, desk.at) if key.last_used_at else "",
        "state": state,
        "tone": tone,
        "may": ", ".join(str(api_keys.Scope(scope).label) for scope in key.scopes) or "Nothing",
    }
