"""Who does not want texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from messaging import permissions
from messaging.consent import changes
from messaging.models import Client, ClientPhone, ConsentChange, OptOut
from messaging.models.consent import ConsentKind, ConsentSource
from messaging.models.phones import display, parse_e164
from snoutos import adminkit
from snoutos.adminkit import FactAdmin, Step, VerbForm, badge, column, moment, timeline, verb_button
from snoutos.adminkit.unfold import ChoicesDropdownFilter, TextInputWidget
from snoutos.adminkit.words import Tone

_TONE: dict[str, Tone] = {"opted_out": "danger", "opted_in": "success", "help": "info"}


class OptOutForm(VerbForm):
    """The phone of somebody who said it on the phone or in person."""

    e164 = forms.CharField(
        label="Phone",
        widget=TextInputWidget,
        help_text="No texts go to this phone, from any of your numbers.",
    )

    def clean_e164(self) -> str:
        return parse_e164(self.cleaned_data["e164"])


@admin.register(OptOut)
class OptOutAdmin(FactAdmin):
    """Phones that said STOP. The last word counts; each change stays."""

    form = OptOutForm
    look = permissions.SEE_OPT_OUTS
    empty_says = "No one has opted out. Whoever texts STOP shows up here, and gets no more texts."
    empty_next = ("See your clients", "admin:messaging_client_changelist")
    act = permissions.CHANGE_CONSENT
    list_display = ("who", "standing", "how", "when")
    list_display_links = ("who",)
    list_filter = ("is_in_force", ("source", ChoicesDropdownFilter))
    search_fields = ("e164",)
    search_help_text = "Search by phone"
    ordering = ("-changed_at", "-id")
    actions = ()
    actions_detail = ("allow", "stop")
    add_fieldsets = ((None, {"fields": ("e164",)}),)
    fieldsets = (
        (None, {"fields": ("phone", "client", "standing", "how", "when")}),
        ("What happened", {"fields": ("story",)}),
    )
    readonly_fields = ("phone", "client", "standing", "how", "when", "story")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        changes = ConsentChange.objects.select_related("by", "message").order_by("at", "id")
        owners = ClientPhone.objects.filter(organization=OuterRef("organization"), e164=OuterRef("e164"))
        rows: QuerySet[Any] = (
            super().get_queryset(request).prefetch_related(Prefetch("changes", queryset=changes))
        )
        named: QuerySet[Any] = rows.annotate(client_name=Subquery(owners.values("client__name")[:1]))
        return named

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def _client(self, opt_out: OptOut) -> Client | None:
        phone = (
            ClientPhone.objects.of(opt_out.organization_id)
            .filter(e164=opt_out.e164)
            .select_related("client")
            .first()
        )
        return phone.client if phone else None

    @column("Phone", ordering="e164", rich=True)
    def who(self, opt_out: OptOut) -> tuple[str, str]:
        return display(opt_out.e164), getattr(opt_out, "client_name", None) or ""

    @column("Phone")
    def phone(self, opt_out: OptOut) -> str:
        return display(opt_out.e164)

    @column("Client")
    def client(self, opt_out: OptOut) -> Any:
        return adminkit.link(self._client(opt_out))

    @column("Texts", ordering="is_in_force")
    def standing(self, opt_out: OptOut) -> str:
        return badge("No texts", "danger") if opt_out.is_in_force else badge("Agreed again", "success")

    @column("How we know")
    def how(self, opt_out: OptOut) -> str:
        return str(ConsentSource(opt_out.source).label)

    @column("Since", ordering="changed_at")
    def when(self, opt_out: OptOut) -> str:
        return moment(opt_out.changed_at)

    @column("Step by step")
    def story(self, opt_out: OptOut) -> Any:
        return timeline(
            Step(change.at, str(ConsentKind(change.kind).label), _how(change), _TONE[change.kind])
            for change in opt_out.changes.all()
        )

    def offers(self, verb: str, obj: Any) -> bool:
        return bool(obj.is_in_force) == (verb == "allow")

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = changes.opt_out(
            obj.organization, form.cleaned_data["e164"], by=adminkit.person(request), at=timezone.now()
        )
        obj.__dict__.update(made.__dict__)

    @verb_button(
        description="Allow texts again",
        text="Only if they asked you to. If they texted STOP, they also have to text START from their phone: "
        "the provider blocks your texts until then.",
        done="Texts are allowed again.",
        icon="notifications_active",
    )
    def allow(self, request: HttpRequest, opt_out: OptOut, form: Any) -> None:
        changes.opt_in(opt_out.organization, opt_out.e164, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Stop all texts",
        text="No more texts go to this phone; queued ones are canceled.",
        done="No more texts to this phone.",
        icon="notifications_off",
    )
    def stop(self, request: HttpRequest, opt_out: OptOut, form: Any) -> None:
        changes.opt_out(opt_out.organization, opt_out.e164, by=adminkit.person(request), at=timezone.now())


def _how(change: ConsentChange) -> str:
    said = change.words or (change.message.body if change.message is not None else "")
    parts = [f"They wrote “{said}”." if said else f"{ConsentSource(change.source).label}."]
    if change.by:
        parts.append(f"By {change.by}.")
    return " ".join(parts)
