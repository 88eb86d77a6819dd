"""Clients and sitters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from messaging.admin.naming import called_at_length, conversation, with_parties
from messaging.models import AssignmentWindow, Client, ClientPhone, OptOut, Sitter
from messaging.models.phones import display, parse_e164
from messaging.people import verbs
from snoutos.accounts import desk
from snoutos.accounts.desk import (
    TenantAdmin,
    TenantForm,
    TenantInline,
    VerbForm,
    badge,
    bullets,
    column,
    moment,
    verb_button,
)
from snoutos.accounts.models import User
from snoutos.accounts.roles import Role


def _adopt(obj: Any, made: Any) -> None:
    """Let the form's row be the one that a verb made."""
    obj.__dict__.update(made.__dict__)


class NewClientForm(VerbForm):
    """A client and the phones they text from, one a line."""

    phones = forms.CharField(
        label="Phones",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="The numbers they text from, one a line.",
    )

    def clean_phones(self) -> list[str]:
        return [parse_e164(line.strip()) for line in self.cleaned_data["phones"].splitlines() if line.strip()]


class ClientPhoneInline(TenantInline):
    """The numbers a client texts from."""

    model = ClientPhone
    fields = ("e164", "label")
    verbose_name = "phone"
    verbose_name_plural = "phones"


@admin.register(Client)
class ClientAdmin(TenantAdmin):
    """A customer: what you know about them, their phones and their conversations."""

    list_display = ("who", "texts", "since")
    list_display_links = ("who",)
    search_fields = ("name", "pets", "phones__e164")
    search_help_text = "Search by client, pet or phone"
    ordering = ("name", "id")
    actions = ()
    inlines = (ClientPhoneInline,)
    add_fieldsets = ((None, {"fields": ("name", "phones", "pets", "notes")}),)
    fieldsets = (
        (None, {"fields": ("name", "pets", "notes", "texts")}),
        ("Conversations", {"fields": ("threads",)}),
        ("Details", {"fields": ("timezone", "vet_phones"), "classes": ("collapse",)}),
    )
    readonly_fields = ("texts", "threads")

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
            "notes": "For you and your staff only.",
            "timezone": "Such as America/New_York; only when they live in another zone than your business.",
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
            return badge("Receives texts", "success")
        return badge("Said STOP" if silent == phones else "Said STOP on one phone", "danger")

    @column("Client since", ordering="created_at")
    def since(self, client: Client) -> str:
        return moment(client.created_at)

    @column("With")
    def threads(self, client: Client) -> Any:
        rows = with_parties(client.threads.all()).order_by("-last_message_at")
        return bullets(conversation(row, called_at_length(row)) for row in rows)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().store(request, obj, form, change)
            return
        asked = form.cleaned_data
        made = verbs.create_client(
            organization=obj.organization,
            name=asked["name"],
            phones=asked["phones"],
            pets=asked["pets"],
            notes=asked["notes"],
            by=desk.person(request),
            at=timezone.now(),
        )
        _adopt(obj, made)


class SitterForm(TenantForm):
    """What is known about a sitter."""

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"] or ""
        if phone and ClientPhone.objects.of(self.instance.organization_id).filter(e164=phone).exists():
            raise ValidationError("A client already has this phone.")
        return phone


@admin.register(Sitter)
class SitterAdmin(TenantAdmin):
    """A sitter: how they are reached, when they work, and what screening found in their texts."""

    form = SitterForm
    list_display = ("who", "state", "next_visit")
    list_display_links = ("who",)
    list_filter = (("is_active", BooleanRadioFilter),)
    search_fields = ("name", "phone")
    search_help_text = "Search by sitter or phone"
    ordering = ("name", "id")
    actions = ()
    actions_detail = ("lift_lock",)
    add_fieldsets = ((None, {"fields": ("name", "phone", "user")}),)
    fieldsets = (
        (None, {"fields": ("name", "phone", "user", "is_active", "state")}),
        ("Work", {"fields": ("visits", "numbers")}),
        ("Screening", {"fields": ("findings",)}),
    )
    readonly_fields = ("state", "visits", "numbers", "findings")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        helps = {
            "phone": "They get and write texts on it over a business number; clients never see it.",
            "user": "With a sign-in they can use the sitter app.",
            "is_active": "Off: nothing is routed to them any more, and they cannot write.",
        }
        labels = {"phone": "Personal phone", "user": "Sign-in", "is_active": "Works for you"}
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
                form.base_fields[name].label = labels[name]
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(role=Role.SITTER)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @column("Sitter", ordering="name", rich=True)
    def who(self, sitter: Sitter) -> tuple[str, str]:
        return sitter.name, display(sitter.phone) if sitter.phone else "By app only"

    @column("State")
    def state(self, sitter: Sitter) -> Any:
        if sitter.sending_locked_at:
            return badge("Sending locked", "danger")
        return badge("Active", "success") if sitter.is_active else badge("Not active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ahead = AssignmentWindow.objects.filter(canceled_at=None, ends_at__gt=timezone.now())
        visits = Prefetch("windows", queryset=ahead.order_by("starts_at"), to_attr="visits_ahead")
        return super().get_queryset(request).prefetch_related(visits)

    @column("Next or present visit")
    def next_visit(self, sitter: Any) -> str:
        ahead = sitter.visits_ahead[0] if sitter.visits_ahead else None
        return desk.span(ahead.starts_at, ahead.ends_at) if ahead else "–"

    @column("Visits")
    def visits(self, sitter: Any) -> Any:
        ahead = sitter.visits_ahead[:10]
        return bullets(desk.link(window, desk.span(window.starts_at, window.ends_at)) for window in ahead)

    @column("Own numbers")
    def numbers(self, sitter: Sitter) -> Any:
        return bullets(desk.link(number) for number in sitter.numbers.exclude(state="retired"))

    @column("Last findings")
    def findings(self, sitter: Sitter) -> Any:
        rows = sitter.violations.order_by("-created_at")[:10]
        return bullets(desk.link(row, f"{moment(row.created_at)}: {row}") for row in rows)

    def offers(self, verb: str, obj: Any) -> bool:
        return obj.sending_locked_at is not None

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().store(request, obj, form, change)
            return
        asked = form.cleaned_data
        made = verbs.create_sitter(
            organization=obj.organization,
            name=asked["name"],
            phone=asked["phone"],
            user=asked["user"],
            by=desk.person(request),
            at=timezone.now(),
        )
        _adopt(obj, made)

    @verb_button(
        description="Lift the lock",
        text="They can send texts again. What screening finds is still held for your review.",
        done="The lock is lifted.",
        icon="lock_open",
    )
    def lift_lock(self, request: HttpRequest, sitter: Sitter, form: Any) -> None:
        verbs.unlock(sitter, by=desk.person(request), at=timezone.now())
