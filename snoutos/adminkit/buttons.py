"""Domain verbs as buttons of a row's page."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from snoutos.accounts.permissions import Permission
from snoutos.adminkit.forms import ConfirmForm, sentence_of
from snoutos.adminkit.pages import in_zone
from snoutos.adminkit.rows import address, face
from snoutos.adminkit.unfold import DIALOG, action
from snoutos.adminkit.words import Method


def verb_button(
    *,
    description: str,
    done: str,
    text: str = "",
    submit: str = "",
    icon: str | None = None,
    variant: Any = None,
    form: type[ConfirmForm] = ConfirmForm,
    may: Permission | None = None,
    asks_provider: bool = False,
) -> Callable[[Callable[[Any, HttpRequest, Any, Any], Any]], Any]:
    """Make `method(self, request, obj, form)` a button of the row's page: it asks, then runs a verb by POST.

    `may` is the permission of the verb, the page's `act` unless named. `done` is said afterwards; a refusal is shown in the
    dialog. A row of another organization is a 404 before anything else. The page leads to the row that `method` returns, or to
    `obj`. A method that `asks_provider` runs outside a transaction: its verb makes its own around what it writes.
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
                return render(request, DIALOG, context)
            self.message_user(request, done, messages.SUCCESS)
            where = address(after if isinstance(after, models.Model) else obj) or ".."
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Redirect": where})
            return HttpResponseRedirect(where)

        asking = action(description=description, icon=icon, variant=variant, dialog=dialog)(confirmed)

        @functools.wraps(asking)
        def button(self: Any, request: HttpRequest, object_id: str) -> Any:
            self.get_object(request, unquote(object_id))
            _require(self, request, may)
            answer = asking(self, request, object_id=object_id)
            if answer.status_code != 200 or request.headers.get("HX-Request"):
                return answer
            return _as_page(self, request, description, answer)

        return _asks(may, in_zone(button))

    return decorate


def _as_page(page: Any, request: HttpRequest, title: str, dialog: HttpResponse) -> HttpResponse:
    """A dialog whose address was opened by itself: without scripts that is how every button asks."""
    body = mark_safe(dialog.content.decode())  # noqa: S308  (rendered by the template of dialogs)
    context = {**page.admin_site.each_context(request), "title": title, "dialog": body}
    return render(request, "adminkit/dialog_page.html", context)


def bulk_button(description: str, *, may: Permission | None = None) -> Callable[[Method], Method]:
    """Make `method(self, request, rows)` a choice for the ticked rows; `TenantAdmin.each` runs the verb.

    `may` is the verb's permission, the page's `act` unless named. Nobody else is offered the choice, and none that was not offered
    is run.
    """

    def decorate(method: Method) -> Method:
        return cast("Method", _asks(may, action(description=description)(method)))

    return decorate


def list_link(description: str, *, icon: str, url_path: str, may: Permission) -> Callable[[Method], Method]:
    """Make `method(self, request)` a page the list links to. It changes nothing: it is fetched by GET."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def allowed(self: Any, request: HttpRequest) -> Any:
            _require(self, request, may)
            return method(self, request)

        made = action(description=description, icon=icon, url_path=url_path)(allowed)
        return cast("Method", _asks(may, made))

    return decorate


def row_link(description: str, *, icon: str, may: Permission) -> Callable[[Callable[..., str]], Any]:
    """Make `method(self, request, obj)`, which gives an address, a link of the row's page to there. It changes nothing."""

    def decorate(method: Callable[..., str]) -> Any:
        @functools.wraps(method)
        def leads(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
            obj = self.get_object(request, unquote(object_id))
            _require(self, request, may)
            return HttpResponseRedirect(method(self, request, obj))

        return _asks(may, action(description=description, icon=icon)(leads))

    return decorate


def _asks(may: Permission | None, method: Any) -> Any:
    """`method`, with the permission it asks for where pages look it up."""
    if may is not None:
        method.may = may
    return method


def _require(page: Any, request: HttpRequest, may: Permission | None) -> None:
    wanted = may or page.act
    if wanted is None or not page.has_view_permission(request) or not wanted.allows(request.user):
        raise PermissionDenied


def buttons_to(buttons: Iterable[tuple[str, str]]) -> SafeString:
    """Buttons (address, title) that open the dialogs of another row's verbs."""
    return render_to_string("adminkit/buttons.html", {"buttons": list(buttons)})


def shown_buttons(obj: models.Model, offered: Iterable[tuple[str, str]]) -> SafeString:
    """The buttons (verb, title) in the page itself: the header of a narrow page hides them behind dots."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}"
    buttons = [(reverse(f"{name}_{verb}", args=[face(obj)]), title) for verb, title in offered]
    return render_to_string("adminkit/buttons.html", {"buttons": buttons})
