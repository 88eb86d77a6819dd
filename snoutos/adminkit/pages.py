"""The bases of the desk's pages about rows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.text import capfirst

from audit import events
from snoutos.accounts.models import User
from snoutos.accounts.permissions import Permission
from snoutos.adminkit.choices import InOneOrganization
from snoutos.adminkit.filters import Tabs
from snoutos.adminkit.forms import TenantForm, sentence_of
from snoutos.adminkit.rows import Named, address, has_field, own_rows
from snoutos.adminkit.trail import organization_of, record
from snoutos.adminkit.unfold import ChangeList, ModelAdmin
from snoutos.adminkit.wall_clock import SplitWallClock, SplitWallClockField
from snoutos.core.phones import found_by, having, phone_columns


def _uses_desk(request: HttpRequest) -> bool:
    """Whether the desk opens for whoever signed in."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.organization is not None and user.is_staff


class PublicChangeList(ChangeList):  # type: ignore[misc]
    """A list whose rows link by `public_id`."""

    def url_for_result(self, result: models.Model) -> str:
        return address(result) or ""


def in_zone(view: Callable[..., Any]) -> Callable[..., Any]:
    """Times on the page, typed and shown, are those of the business."""

    @functools.wraps(view)
    def inside(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        organization = organization_of(request)
        with timezone.override(organization.zone if organization else None):
            response = view(self, request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
        return response

    return inside


class TenantAdmin(InOneOrganization, ModelAdmin):  # type: ignore[misc]
    """A page about one organization's rows. Another's row is a 404, also when it exists.

    `look` is the permission to read its rows, `act` that to change them, `adds` that to add one where it is another. Without
    `act` the page changes nothing. A button or a download may name a permission of its own. Rows are kept: nothing is deleted
    unless a subclass says so. An empty list says what it is for (`empty_says`) and what to do next: to add one, or `empty_next`, the words
    of a link and the name of its page.
    """

    form = TenantForm
    formfield_overrides: Any = {
        models.DateTimeField: {"form_class": SplitWallClockField, "widget": SplitWallClock}
    }
    look: Permission
    act: Permission | None = None
    adds: Permission | None = None
    # Search fields that hold phones among other things.
    search_phones: tuple[str, ...] = ()
    empty_says: str
    empty_next: tuple[str, str] | None = None
    list_per_page = 50
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True

    # Whose rows

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = own_rows(self.model, organization_of(request))
        ordering = self.get_ordering(request)
        return own.order_by(*ordering) if ordering else own

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row of this address. Raises Http404 for another organization's and for none, alike."""
        key = "public_id" if has_field(self.model, "public_id") else "pk"
        try:
            return self.get_queryset(request).get(**{key: object_id})
        except (self.model.DoesNotExist, ValidationError, ValueError, OverflowError) as error:
            raise Http404("Page not found.") from error

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the page offers as a filter: no guessing at columns it does not show."""
        offered = [entry[0] if isinstance(entry, tuple) else entry for entry in self.list_filter]
        names = {
            entry if isinstance(entry, str) else getattr(entry, "parameter_name", "") for entry in offered
        } | {self.date_hierarchy}
        return any(name and (lookup == name or lookup.startswith(f"{name}__")) for name in names)

    def phone_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Those of `search_fields` that hold phones."""
        fields = [str(field) for field in self.get_search_fields(request)]
        return (*phone_columns(self.model, fields), *self.search_phones)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A phone is found as people write it, whole or in part; other words each in one of the fields, as Django has it."""
        phones = self.phone_fields(request)
        if not phones or not search_term.strip():
            found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
            return found
        words = [str(field) for field in self.get_search_fields(request) if field not in phones]
        rows = own_rows(self.model, organization_of(request))
        for part in [search_term] if having(search_term, *phones) else search_term.split():
            rows = rows.filter(found_by(part, words=words, phones=phones))
        return queryset.filter(pk__in=rows.values("pk")), False

    # Who may

    def _may_look(self, request: HttpRequest) -> bool:
        return _uses_desk(request) and self.look.allows(request.user)

    def has_act_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        """Whether they may add and change this page's rows."""
        return self._may_look(request) and self.act is not None and self.act.allows(request.user)

    def permission_of(self, method: object) -> Permission | None:
        """What a button, a choice for ticked rows or a link of this page asks for: its own permission, else the page's."""
        return getattr(method, "may", None) or self.act

    def may_use(self, request: HttpRequest, method: object) -> bool:
        """Whether they may use that button, choice or link."""
        wanted = self.permission_of(method)
        return self._may_look(request) and wanted is not None and wanted.allows(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self._may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        wanted = self.adds or self.act
        return self._may_look(request) and wanted is not None and wanted.allows(request.user)

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self.has_act_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    # Saving

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.organization = organization_of(request)
        form.refusal = getattr(request, "_refusal", "")
        return form

    def _changeform_view(
        self, request: HttpRequest, object_id: Any, form_url: str, extra_context: Any
    ) -> Any:
        """As Django's; what a verb refuses becomes an error in the form, and nothing of the attempt stays."""
        try:
            with transaction.atomic():
                return super()._changeform_view(request, object_id, form_url, extra_context)
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None or hasattr(request, "_refusal"):
                raise
            request._refusal = sentence  # type: ignore[attr-defined]
        return super()._changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through `store`. A new row is of the organization of whoever adds it; no row changes hands."""
        if not change and has_field(self.model, "organization"):
            obj.organization = organization_of(request)
        self.store(request, obj, form, change)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save plain data and record it. Pages whose rows are facts override this with a domain verb."""
        obj.save()
        if form.changed_data or not change:
            self.changed(request, obj, form.changed_data, created=not change)

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        """Record a change of plain data: which fields, never their values."""
        name = str(self.opts.model_name)
        record(request, events.settings_changed, fields=[f"{name}.{field}" for field in fields] or [name])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete ticked rows one by one, as the button of each does, so that each is recorded."""
        for row in queryset:
            self.delete_model(request, row)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save()
        if formset.has_changed():
            self.changed(request, form.instance, [str(formset.model._meta.model_name)], created=False)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit trail keeps it, not Django's log: that log holds names and is no organization's."""

    log_change = log_addition

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """See `log_addition`."""

    # Pages and where they lead

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PublicChangeList]:
        return PublicChangeList

    @in_zone
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        return self.list_page(request, extra_context)

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        """The list, not rendered yet, with its tabs when it has any. It is called as in the menu, not “Select … to change”."""
        name = capfirst(str(self.opts.verbose_name_plural))
        named = {"title": name, "page_name": name, **(extra_context or {})}
        response: HttpResponseBase = super().changelist_view(request, named)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            # The rows are drawn with the list alone.
            context["cl"].empty_next = self._next_for(request)
        for one in getattr(context.get("cl"), "filter_specs", ()):
            if isinstance(one, Tabs):
                context["tabs"] = list(one.choices(context["cl"]))
        return response

    def _next_for(self, request: HttpRequest) -> tuple[str, str] | None:
        """`empty_next` with its address, for whoever may open that page."""
        if self.empty_next is None:
            return None
        words, page = self.empty_next
        url = reverse(page)
        view = resolve(url).func
        admin_page = getattr(view, "model_admin", None)
        asked = (admin_page.look,) if admin_page is not None else getattr(view, "may", ())
        return (words, url) if any(one is not None and one.allows(request.user) for one in asked) else None

    @in_zone
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponseBase:
        context = {
            **({"title": capfirst(str(self.opts.verbose_name))} if object_id else {}),
            "show_history": False,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)  # type: ignore[no-any-return]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        response = super().render_change_form(request, context, *args, **kwargs)
        if context.get("original") is not None:
            response.context_data["original"] = Named(context["original"])
        return response

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> Any:
        return super().render_delete_form(request, {**context, "object": Named(context["object"])})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """There is none: the audit trail is the history."""
        raise Http404("Page not found.")

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._after_saving(request, obj, "added")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._after_saving(request, obj, "saved")

    def _after_saving(self, request: HttpRequest, obj: Any, what: str) -> HttpResponse:
        self.message_user(request, f"{str(self.opts.verbose_name).capitalize()} {what}.", messages.SUCCESS)
        return self.response_post_save_change(request, obj)  # type: ignore[no-any-return]

    # Verbs as buttons

    def offers(self, verb: str, obj: Any) -> bool:
        """Whether the button `verb` makes sense for `obj` now."""
        return True

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        obj = self.get_object(request, unquote(str(object_id)))
        return [
            offered
            for offered in super().get_actions_detail(request, object_id)
            if self.may_use(request, offered.method)
            and self.offers(offered.method.original_function_name, obj)
        ]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        return [
            offered for offered in super().get_actions_list(request) if self.may_use(request, offered.method)
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered: dict[str, Any] = super().get_actions(request)
        return {name: one for name, one in offered.items() if self.may_use(request, one[0])}

    def each(self, request: HttpRequest, rows: QuerySet[Any], verb: Callable[[Any], Any], done: str) -> None:
        """Run `verb` on each chosen row; says how many it was done to, and each different refusal once."""
        count, refusals = 0, dict[str, None]()
        for row in rows:
            try:
                verb(row)
                count += 1
            except Exception as error:
                sentence = sentence_of(error)
                if sentence is None:
                    raise
                refusals[sentence] = None
        if count:
            self.message_user(request, f"{done}: {count}.", messages.SUCCESS)
        for sentence in refusals:
            self.message_user(request, sentence, messages.ERROR)


class FactAdmin(TenantAdmin):
    """A page about facts: they are read here and change by domain verbs only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False
