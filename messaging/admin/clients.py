"""Clients: their cards, phones and conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from messaging import permissions
from messaging.admin.naming import called_at_length, conversation, new_conversation, with_parties
from messaging.admin.people import ByFile, adopt, free
from messaging.models import Client, ClientPhone, OptOut, Thread
from messaging.models.imports import ImportKind
from messaging.models.phones import E164FormField, display, parse_e164
from messaging.people import clients
from snoutos import adminkit
from snoutos.adminkit import (
    ConfirmForm,
    TenantForm,
    TenantInline,
    VerbForm,
    badge,
    bullets,
    column,
    moment,
    row_link,
    verb_button,
)
from snoutos.adminkit.rows import linked
from snoutos.adminkit.unfold import TextareaWidget, TextInputWidget


def _to_page(page: str, client: Client, words: str) -> Any:
    return linked(reverse(f"admin:{page}", args=[client.public_id]), words)


class NewClientForm(VerbForm):
    """A client and the phones they text from, one a line."""

    phones = forms.CharField(
        label="Phones",
        required=False,
        widget=TextareaWidget(attrs={"rows": 2}),
        help_text="The numbers they text from, one per line.",
    )

    def clean_phones(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["phones"].splitlines() if line.strip()]
        name = str(self.data.get("name", "")).strip()
        return [free(parse_e164(line), None, self.instance.organization_id, partner=name) for line in lines]


class PartnerDialog(ConfirmForm):
    """Who shares the card, and the phone they text from when it is another one."""

    name = forms.CharField(label="Partner's name", max_length=60, widget=TextInputWidget)
    phone = E164FormField(
        label="Their own phone",
        required=False,
        widget=TextInputWidget,
        help_text="Leave it empty when they share one phone.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.request.GET.get("name", "").replace("\0", "")[:60]}


class ClientPhoneForm(TenantForm):
    """A phone is added or labelled here; what changes conversations is done on the page of the client's phones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["e164"].disabled = True

    def clean_e164(self) -> str:
        e164: str = self.cleaned_data["e164"]
        return (
            e164
            if self.instance.pk
            else free(e164, self.instance.client, self.instance.client.organization_id)
        )


class ClientPhoneInline(TenantInline):
    """The numbers a client texts from."""

    model = ClientPhone
    form = ClientPhoneForm
    fields = ("e164", "label")
    can_delete = False
    verbose_name = "phone"
    verbose_name_plural = "phones"


@admin.register(Client)
class ClientAdmin(ByFile):
    """A customer: what you know about them, their phones and their conversations."""

    by_file = ImportKind.CLIENTS
    look = permissions.SEE_CLIENTS
    empty_says = (
        "Add a client with the phone they text from. Texts they already sent are linked by themselves."
    )
    act = permissions.CHANGE_CLIENT
    adds = permissions.ADD_CLIENT
    list_display = ("who", "texts", "since")
    list_display_links = ("who",)
    search_fields = ("name", "pets", "phones__e164")
    search_help_text = "Search by client, pet or phone"
    ordering = ("name", "id")
    actions = ()
    actions_list = ("bring_in", "download")
    actions_detail = ("write", "visit", "share")
    inlines = (ClientPhoneInline,)
    add_fieldsets = ((None, {"fields": ("name", "phones", "pets", "notes")}),)
    fieldsets = (
        (None, {"fields": ("name", "pets", "notes", "texts")}),
        ("Conversations", {"fields": ("threads", "visits", "phone_changes", "same_person")}),
        ("Details", {"fields": ("timezone", "vet_phones"), "classes": ("collapse",)}),
    )
    readonly_fields = ("texts", "threads", "visits", "phone_changes", "same_person")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the phones, and how many of them said STOP, for all rows at once."""
        stopped = OptOut.objects.filter(organization=OuterRef("organization"), is_in_force=True)
        silent = (
            ClientPhone.objects.filter(client=OuterRef("pk"), e164__in=stopped.values("e164"))
            .order_by()
            .values("client")
            .annotate(many=Count("pk"))
            .values("many")
        )
        rows = super().get_queryset(request).prefetch_related("phones")
        counted: QuerySet[Any] = rows.annotate(silent=Subquery(silent))
        return counted

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(
            request, obj, change=change, **{"form": TenantForm if change else NewClientForm, **kwargs}
        )
        helps = {
            "pets": "Such as “Rex (dog), Milo (cat)”.",
            "notes": "Only you and your staff see these.",
            "timezone": "Such as America/New_York; only if it's different from your business's.",
        }
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
        form.base_fields["notes"].widget.attrs["rows"] = 3
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    @column("Client", ordering="name", rich=True)
    def who(self, client: Client) -> tuple[str, str]:
        phones = ", ".join(display(phone.e164) for phone in client.phones.all())
        return client.name, " · ".join(part for part in (client.pets, phones) if part)

    @column("Texts")
    def texts(self, client: Client) -> Any:
        phones, silent = len(client.phones.all()), getattr(client, "silent", None) or 0
        if not phones:
            return badge("No phone", "warning")
        if not silent:
            return badge("Gets texts", "success")
        return badge("Texted STOP" if silent == phones else "Texted STOP on one phone", "danger")

    @row_link("New conversation", icon="edit_square", may=permissions.OPEN_CONVERSATION)
    def write(self, request: HttpRequest, client: Client) -> str:
        return new_conversation(client=client.public_id)

    @row_link("New visit", icon="event_available", may=permissions.CREATE_WINDOW)
    def visit(self, request: HttpRequest, client: Client) -> str:
        return f"{reverse('admin:messaging_visit_add')}?{urlencode({'client': client.public_id})}"

    @verb_button(
        description="Add a partner",
        text="Someone who shares this card: a couple with one phone, or with one each. The card is named after both.",
        done="Added to the card.",
        submit="Add to the card",
        icon="group_add",
        form=PartnerDialog,
        may=permissions.CHANGE_PHONE,
    )
    def share(self, request: HttpRequest, client: Client, form: Any) -> None:
        asked = form.cleaned_data
        added = clients.add_partner(
            client, name=asked["name"], phone=asked["phone"], by=adminkit.person(request), at=timezone.now()
        )
        self._say_linked(request, added.linked if added else ())

    @column("Client since", ordering="created_at")
    def since(self, client: Client) -> str:
        return moment(client.created_at)

    @column("Conversations")
    def threads(self, client: Client) -> Any:
        rows = with_parties(client.threads.all()).order_by("-last_message_at")
        return bullets(conversation(row, called_at_length(row)) for row in rows)

    @column("Visits")
    def visits(self, client: Client) -> Any:
        ahead = client.visits.filter(canceled_at=None, ends_at__gt=timezone.now()).order_by("starts_at")
        return bullets(
            adminkit.link(row, f"{row.sitter}, {adminkit.span(row.starts_at, row.ends_at)}")
            for row in ahead.select_related("sitter")[:10]
        )

    @column("Their phones")
    def phone_changes(self, client: Client) -> Any:
        return _to_page("client_phones", client, "Replace one, or say it's no longer theirs")

    @column("Two cards?")
    def same_person(self, client: Client) -> Any:
        return _to_page("client_merge", client, "Merge with another card of the same person")

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().store(request, obj, form, change)
            return
        asked = form.cleaned_data
        made = clients.create_client(
            organization=obj.organization,
            name=asked["name"],
            phones=asked["phones"],
            pets=asked["pets"],
            notes=asked["notes"],
            by=adminkit.person(request),
            at=timezone.now(),
        )
        self._say_linked(request, list(made.threads.all()))
        adopt(obj, made)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A phone comes to the card by the verb that links what it wrote before; a label is plain data."""
        formset.save(commit=False)
        by, at = adminkit.person(request), timezone.now()
        for phone in formset.new_objects:
            added = clients.add_phone(form.instance, phone.e164, label=phone.label, by=by, at=at)
            self._say_linked(request, added.linked)
        for phone, _ in formset.changed_objects:
            phone.save(update_fields=["label"])
            self.changed(request, form.instance, ["clientphone.label"], created=False)

    def _say_linked(self, request: HttpRequest, threads: Sequence[Thread]) -> None:
        """That the phone had written before, with a link to each conversation."""
        for thread in threads:
            context = {"link": conversation(thread, "See the conversation")}
            self.message_user(request, render_to_string("adminkit/linked.html", context), messages.INFO)
