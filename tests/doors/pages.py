"""Filling in the pages of rows as a person does: open, change what is named, save."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse

from snoutos.accounts.models import User
from snoutos.adminkit import address
from tests.desk.automation_forms import Fields, fields_of

Typed = str | list[str] | None


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def change(who: Browser, row: Model, /, **typed: Typed) -> None:
    """Save the page of `row` with some fields typed anew (None: unticked); the others as the page showed them."""
    url = address(row)
    assert url is not None
    _save(who, url, row._meta.model_name or "", typed)


def add(who: Browser, model_label: str, /, **typed: Typed) -> Any:
    """Fill in the page that makes a row of a model, such as `messaging.Client`; the answer."""
    app, model = model_label.lower().split(".")
    return _save(who, reverse(f"admin:{app}_{model}_add"), model, typed)


def press(who: Browser, row: Model, verb: str, **typed: str) -> None:
    """Confirm the dialog of a button on the page of `row`."""
    named = str(getattr(row, "public_id", row.pk))
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{verb}", args=[named])
    answer = who.post(url, {"_form_submitted": "on", **typed}, headers={"HX-Request": "true"})
    assert "HX-Redirect" in answer, answer.content.decode()


def _save(who: Browser, url: str, model: str, typed: dict[str, Typed]) -> Any:
    page = who.get(url)
    assert page.status_code == 200, (url, page.status_code)
    fields = _with(fields_of(page, f"{model}_form"), typed)
    answer = who.post(url, fields)
    # Saved, it leads on, or shows what it shows once; the form again is a refusal.
    assert answer.status_code == 302 or "adminform" not in (answer.context or {}), _faults(answer)
    return answer


def _with(fields: Fields, typed: dict[str, Typed]) -> Fields:
    for name, value in typed.items():
        fields.pop(name, None)
        if value is not None:
            fields[name] = value if isinstance(value, list) else [value]
    return fields


def _faults(answer: Any) -> Any:
    context = answer.context or {}
    form = context["adminform"].form if "adminform" in context else None
    return form.errors if form is not None else answer.content.decode()[:2000]
