"""Sitters: how they are reached, when they work, what screening found."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from messaging import bookings, permissions
from messaging.admin.naming import conversation, new_conversation
from messaging.admin.people import ByFile, adopt, free
from messaging.bookings import Booking
from messaging.models import AssignmentWindow, Sitter, Thread, Visit
from messaging.models.imports import ImportKind
from messaging.models.phones import display
from messaging.people import sitters
from messaging.people.ownership import holder_of
from messaging.phones import sitters as sitter_phones
from messaging.sign_in import devices, links
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.accounts.permissions import MANAGE_MEMBERS, OFFICE
from snoutos.accounts.roles import Role
from snoutos.adminkit import (
    TenantForm,
    badge,
    bullets,
    column,
    list_link,
    moment,
    row_link,
    verb_button,
)
from snoutos.adminkit.unfold import BooleanRadioFilter


class SitterForm(TenantForm):
    """What is known about a sitter. The phone travels with the one that the page showed, so that two who edit it don't undo each other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "phone" in self.fields and self.instance.pk:
            self.fields["phone"].show_hidden_initial = True

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"] or ""
        shown = self.data.get(self.add_initial_prefix("phone"))
        if shown is not None and shown != self.initial.get("phone"):
            raise ValidationError("Someone else just changed this phone. Reload the page to see it.")
        return phone

    def clean(self) -> dict[str, Any] | None:
        """Whose the phone is, and that a member's stays with the sitter who is that member."""
        cleaned = super().clean()
        phone, here = self.cleaned_data.get("phone"), self.instance.organization_id
        user = self.cleaned_data.get("user") if "user" in self.fields else self.instance.user
        if not phone:
            return cleaned
        if phone != self.initial.get("phone"):
            try:
                free(phone, None, here, member=user)
            except ValidationError as taken:
                self.add_error("phone", taken)
        elif "user" in self.changed_data:
            member = holder_of(here, phone).member
            if member is not None and member != user:
                self.add_error("user", f"{member} has this phone too. Change one of the two first.")
        return cleaned


def _ahead(sitter: Any) -> list[Booking]:
    """What was fetched with the row of the sitter's visits now and to come."""
    return bookings.in_order([*sitter.visits_ahead, *sitter.windows_ahead])


@admin.register(Sitter)
class SitterAdmin(ByFile):
    """A sitter: how they are reached, when they work, and what screening found in their texts."""

    form = SitterForm
    by_file = ImportKind.SITTERS
    look = permissions.SEE_SITTERS
    empty_says = "Add a sitter, then give them visits: clients' texts go to whoever is on duty."
    act = permissions.CHANGE_SITTER
    list_display = ("who", "state", "next_visit")
    list_display_links = ("who",)
    list_filter = (("is_active", BooleanRadioFilter),)
    search_fields = ("name", "phone")
    search_help_text = "Search by sitter or phone"
    ordering = ("name", "id")
    actions = ()
    actions_list = ("join", "bring_in", "download")
    actions_detail = ("write", "send_link", "out", "lift_lock", "sign_out", "leave", "rejoin")
    add_fieldsets = ((None, {"fields": ("name", "phone", "user")}),)
    fieldsets = (
        (None, {"fields": ("name", "phone", "user", "state")}),
        ("Work", {"fields": ("visits", "numbers")}),
        ("Sitter page", {"fields": ("browsers",)}),
        ("Screening", {"fields": ("findings",)}),
    )
    readonly_fields = ("state", "visits", "numbers", "browsers", "findings")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        helps = {
            "phone": "They text from it through a business number; clients never see it.",
            "user": "Made when they first use the sitter page. Someone in the office who also sits can use their own for both.",
        }
        labels = {"phone": "Personal phone", "user": "Sign-in"}
        for name, text in helps.items():
            if name in form.base_fields:
                form.base_fields[name].help_text = text
                form.base_fields[name].label = labels[name]
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            # Who works in the office may sit too.
            kwargs["queryset"] = User.objects.filter(role__in=(Role.SITTER, *OFFICE))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose sign-in opens a sitter's conversations is about members, so only who manages those changes it."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if MANAGE_MEMBERS.allows(request.user) else (*fixed, "user")

    @column("Sitter", ordering="name", rich=True)
    def who(self, sitter: Sitter) -> tuple[str, str]:
        return sitter.name, display(sitter.phone) if sitter.phone else "Sitter page only"

    @column("State")
    def state(self, sitter: Sitter) -> Any:
        if sitter.sending_locked_at:
            return badge("Texts paused", "danger")
        return badge("Works for you", "success") if sitter.is_active else badge("No longer works for you")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ahead = {"canceled_at": None, "ends_at__gt": timezone.now()}
        visits = Prefetch("visits", queryset=Visit.objects.filter(**ahead), to_attr="visits_ahead")
        alone = AssignmentWindow.objects.filter(visit=None, **ahead)
        rows = super().get_queryset(request).prefetch_related(visits)
        return rows.prefetch_related(Prefetch("windows", queryset=alone, to_attr="windows_ahead"))

    @column("Current or next visit")
    def next_visit(self, sitter: Any) -> str:
        ahead = next(iter(_ahead(sitter)), None)
        return adminkit.span(ahead.starts_at, ahead.ends_at) if ahead else "–"

    @column("Visits")
    def visits(self, sitter: Any) -> Any:
        return bullets(
            adminkit.link(one, adminkit.span(one.starts_at, one.ends_at)) for one in _ahead(sitter)[:10]
        )

    @column("Own numbers")
    def numbers(self, sitter: Sitter) -> Any:
        return bullets(adminkit.link(number) for number in sitter.numbers.exclude(state="retired"))

    @column("Signed in")
    def browsers(self, sitter: Sitter) -> Any:
        found = devices.signed_in(sitter, timezone.now())
        return bullets(f"{one.name}, last used {moment(one.last_used_at)}" for one in found)

    @column("Latest findings")
    def findings(self, sitter: Sitter) -> Any:
        rows = sitter.violations.order_by("-created_at")[:10]
        return bullets(adminkit.link(row, f"{moment(row.created_at)}: {row}") for row in rows)

    def offers(self, verb: str, obj: Any) -> bool:
        makes_sense: dict[str, bool] = {
            "lift_lock": obj.sending_locked_at is not None,
            "send_link": obj.is_active and bool(obj.phone),
            "sign_out": devices.signed_in(obj, timezone.now()).exists(),
            "out": obj.is_active,
            "leave": obj.is_active,
            "rejoin": not obj.is_active,
        }
        return makes_sense.get(verb, True)

    @list_link(
        "New sitter with a first text", icon="person_add", url_path="join", may=permissions.ONBOARD_SITTER
    )
    def join(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:sitter_joins"))

    @row_link("Out for a while…", icon="sick", may=permissions.SITTER_OUT)
    def out(self, request: HttpRequest, sitter: Sitter) -> str:
        return reverse("admin:sitter_out", args=[sitter.public_id])

    @row_link("No longer works for you…", icon="person_remove", may=permissions.OFFBOARD_SITTER)
    def leave(self, request: HttpRequest, sitter: Sitter) -> str:
        return reverse("admin:sitter_leaves", args=[sitter.public_id])

    @verb_button(
        description="Works for you again",
        text="They can have visits again. Their sign-in stays off until you turn it on under Members, and their number stays paused.",
        done="They work for you again.",
        may=permissions.ONBOARD_SITTER,
        icon="person_add",
    )
    def rejoin(self, request: HttpRequest, sitter: Sitter, form: Any) -> None:
        sitters.rejoin(sitter, by=adminkit.person(request), at=timezone.now())

    @row_link("New conversation", icon="edit_square", may=permissions.OPEN_CONVERSATION)
    def write(self, request: HttpRequest, sitter: Sitter) -> str:
        return new_conversation(sitter=sitter.public_id)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            if obj.user_id is not None and "user" in form.changed_data:
                # Before the phone, which may be a member's only on the card of the sitter who is that member.
                Sitter.objects.filter(pk=obj.pk).update(user=obj.user_id)
            if "phone" in form.changed_data:
                sitter_phones.change_phone(
                    Sitter.objects.get(pk=obj.pk),
                    new=form.cleaned_data["phone"],
                    by=adminkit.person(request),
                    at=timezone.now(),
                )
            super().store(request, obj, form, change)
            return
        asked = form.cleaned_data
        made = sitters.create_sitter(
            organization=obj.organization,
            name=asked["name"],
            phone=asked["phone"],
            user=asked.get("user"),
            by=adminkit.person(request),
            at=timezone.now(),
        )
        for thread in Thread.objects.filter(participants__sitter=made):
            context = {"link": conversation(thread, "See the conversation"), "sitter": made}
            self.message_user(request, render_to_string("adminkit/linked.html", context), messages.INFO)
        adopt(obj, made)

    @verb_button(
        description="Text a sign-in link",
        text="To their own phone, from the office. It signs them in to the sitter page, once, within 10 minutes.",
        done="The link is on its way.",
        may=permissions.SIGN_IN_SITTER,
        icon="link",
    )
    def send_link(self, request: HttpRequest, sitter: Sitter, form: Any) -> None:
        links.send(sitter, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Sign out everywhere",
        text="Every browser they're signed in with is signed out right away, and links they haven't used yet stop working.",
        done="Signed out.",
        may=permissions.SIGN_IN_SITTER,
        icon="logout",
    )
    def sign_out(self, request: HttpRequest, sitter: Sitter, form: Any) -> None:
        devices.sign_out_everywhere(sitter, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Unlock texts",
        text="They can send texts again. Screening still holds what it finds for your review.",
        done="Unlocked.",
        may=permissions.UNLOCK_SITTER,
        icon="lock_open",
    )
    def lift_lock(self, request: HttpRequest, sitter: Sitter, form: Any) -> None:
        sitters.unlock(sitter, by=adminkit.person(request), at=timezone.now())
