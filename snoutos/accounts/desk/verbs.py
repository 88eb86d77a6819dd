"""Domain verbs as buttons of a row's page."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action

from snoutos.accounts.desk.forms import ConfirmForm, sentence_of
from snoutos.accounts.desk.pages import in_zone
from snoutos.accounts.desk.rows import address, face
from snoutos.accounts.desk.words import Method


def verb_button(
    *,
    description: str,
    done: str,
    text: str = "",
    submit: str = "",
    icon: str | None = None,
    variant: Any = None,
    form: type[ConfirmForm] = ConfirmForm,
    asks_provider: bool = False,
) -> Callable[[Callable[[Any, HttpRequest, Any, Any], Any]], Any]:
    """Make `method(self, request, obj, form)` a button of the row's page: it asks, then runs a verb by POST.

    `done` is said afterwards; a refusal is shown in the dialog. A row of another organization is a 404 before
    anything else. The page leads to the row that `method` returns, or to `obj`. A method that `asks_provider` runs outside
    a transaction: its verb makes its own around what it writes.
    """

    def decorate(method: Callable[[Any, HttpRequest, Any, Any], Any]) -> Any:
        dialog = {
            "title": description,
            "description": text,
            "form_class": form,
            "form_submit_text": submit or description,
        }

        @functools.wraps(method)
        def confirmed(self: Any, request: HttpRequest, asked: Any, object_id: str) -> HttpResponse:
            obj = self.get_object(request, unquote(object_id))
            try:
                with nullcontext() if asks_provider else transaction.atomic():
                    after = method(self, request, obj, asked)
            except Exception as error:
                sentence = sentence_of(error)
                if sentence is None:
                    raise
                asked.add_error(None, sentence)
                context = {"dialog": dialog, "form": asked, "form_submit_text": dialog["form_submit_text"]}
                return render(request, "unfold/helpers/dialog.html", context)
            self.message_user(request, done, messages.SUCCESS)
            where = address(after if isinstance(after, models.Model) else obj) or ".."
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Redirect": where})
            return HttpResponseRedirect(where)

        asking = action(
            description=description, icon=icon, variant=variant, permissions=["act"], dialog=dialog
        )(confirmed)

        @functools.wraps(asking)
        def button(self: Any, request: HttpRequest, object_id: str) -> Any:
            self.get_object(request, unquote(object_id))
            return asking(self, request, object_id=object_id)

        return in_zone(button)

    return decorate


def bulk_button(description: str) -> Callable[[Method], Method]:
    """Make `method(self, request, rows)` a choice for the ticked rows; `TenantAdmin.each` runs the verb."""
    return cast("Callable[[Method], Method]", action(description=description, permissions=["act"]))


def list_link(description: str, *, icon: str, url_path: str) -> Callable[[Method], Method]:
    """Make `method(self, request)` a page the list links to. It changes nothing: it is fetched by GET."""
    made = action(description=description, icon=icon, url_path=url_path, permissions=["view"])
    return cast("Callable[[Method], Method]", made)


_BUTTON = (
    '<a href="{url}" hx-get="{url}" hx-target="#modal-content" hx-select="#dialog" '
    'x-on:htmx:after-on-load="openModal = true" class="border border-base-200 cursor-pointer font-medium '
    'px-3 py-2 rounded-default hover:bg-base-100 dark:border-base-700 dark:hover:bg-base-800">{title}</a>'
)


def shown_buttons(obj: models.Model, offered: Iterable[tuple[str, str]]) -> SafeString:
    """The buttons (verb, title) in the page itself: the header of a narrow page hides them behind dots."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}"
    links = [
        (format_html(_BUTTON, url=reverse(f"{name}_{verb}", args=[face(obj)]), title=title),)
        for verb, title in offered
    ]
    return format_html('<span class="flex flex-wrap gap-2 mt-3">{}</span>', format_html_join("", "{}", links))
