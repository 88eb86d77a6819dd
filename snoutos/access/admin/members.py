"""The owner's pages about the members of the business."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from messaging.admin.people import free
from messaging.models.phones import E164FormField, display
from messaging.phones import members
from snoutos import adminkit
from snoutos.access import events, links
from snoutos.access.forms import PASSWORD_RULES, password_field
from snoutos.accounts import api_keys, permissions, waits
from snoutos.accounts.models import Organization, User
from snoutos.accounts.roles import Role
from snoutos.adminkit import (
    ConfirmForm,
    TenantAdmin,
    TenantForm,
    badge,
    column,
    moment,
    verb_button,
)
from snoutos.adminkit.unfold import (
    CheckboxWidget,
    ChoicesDropdownFilter,
    SelectWidget,
    TextInputWidget,
)
from snoutos.core import mail
from snoutos.core.problems import Problem


class LastOwner(Problem):
    sentence = "A business needs an owner who can sign in. Make someone else an owner first."
    code = "last_owner"
    status = 409


class MemberForm(SetPasswordMixin, TenantForm):  # type: ignore[type-arg]
    """A member; a new one may get a password at once, systems and sitters need none."""

    role = forms.ChoiceField(
        choices=[choice for choice in Role.choices if choice[0] != Role.OPERATOR],
        widget=SelectWidget,
        help_text="Owners change settings, numbers and members. Staff answer texts. Sitters see their own "
        "visits. An integration is a program with an API key.",
    )
    phone = E164FormField(
        label="Phone",
        required=False,
        max_length=30,
        widget=TextInputWidget(attrs={"type": "tel", "autocomplete": "off"}),
        help_text="Their own. What they text from it to your front desk is your conversation with them. Alerts can go to it.",
    )
    invite = forms.BooleanField(
        label="Send an invitation by e-mail",
        required=False,
        initial=True,
        widget=CheckboxWidget,
        help_text="Owners and staff get a link, good once within 7 days, and choose their own password. "
        "Nothing is sent when you set one below.",
    )
    password1 = password_field(
        "Password",
        "Leave empty if they're invited or don't sign in with a password.",
        required=False,
    )
    password2 = password_field("Repeat password", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields and self.instance.pk and not self.instance.has_address:
            self.fields["email"].help_text = "Stands in for one: they sign in to the sitter page by link."
        if self.instance.pk or not mail.can_leave():
            self.fields.pop("invite", None)
        if "phone" in self.fields:
            self.initial["phone"] = self.instance.phone
            # It travels with the one that the page showed, so that two who edit it don't undo each other.
            self.fields["phone"].show_hidden_initial = bool(self.instance.pk)

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        shown = self.data.get(self.add_initial_prefix("phone"))
        if shown is not None and shown != self.instance.phone:
            raise ValidationError("Someone else just changed this phone. Reload the page to see it.")
        if phone and phone != self.instance.phone:
            free(phone, None, self.instance.organization_id, member=self.instance)
        return phone

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.validate_passwords()
        if self.cleaned_data.get("password1"):
            self.validate_password_for_user(self.instance)
        return cleaned


class PasswordDialog(SetPasswordMixin, ConfirmForm):  # type: ignore[type-arg]
    """Sets a password by Django's rules for passwords."""

    password1 = password_field("New password", PASSWORD_RULES, required=True)
    password2 = password_field("Repeat new password", required=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        self.validate_passwords()
        self.validate_password_for_user(User.objects.filter(public_id=self.object_id).first())
        return cleaned


def _address(user: User) -> str:
    """What stands below a member's name."""
    if not user.has_address:
        return "Signs in by link"
    return user.email if user.name else ""


def _invited(user: User) -> str:
    """Where the invitation of a member without a password is; sentences of their own where an owner has something to do."""
    state = getattr(user, "invitation", None)
    if state == "open":
        return badge(f"Invited, until {moment(getattr(user, 'invited_until', None))}", "info")
    if state == "sending":
        return badge("Invitation is being sent", "info")
    if state == "failed":
        return badge("Invitation couldn't be sent", "danger")
    if state == "expired":
        return badge("Invitation expired", "warning")
    return badge("No password yet", "warning")


@admin.register(User)
class UserAdmin(TenantAdmin):
    """The members of the business. Nobody leaves it here, and one owner always stays."""

    form = MemberForm
    look = act = permissions.MANAGE_MEMBERS
    empty_says = "Add the people who work in the office with you."
    list_display = ("who", "what", "state", "since")
    list_display_links = ("who",)
    list_filter = (("role", ChoicesDropdownFilter), "is_active")
    search_fields = ("name", "email", "phone")
    search_help_text = "Search by name, e-mail or phone"
    ordering = ("name", "email")
    actions = ()
    actions_detail = ("invite", "revoke_invitation", "set_password", "unlock")
    add_fieldsets = (
        (None, {"fields": ("name", "email", "role", "phone")}),
        ("Sign-in", {"fields": ("invite", "password1", "password2")}),
    )
    fieldsets = ((None, {"fields": ("name", "email", "role", "phone", "is_active", "state")}),)
    readonly_fields = ("state",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        at = timezone.now()
        return links.with_invitations(waits.with_waits(super().get_queryset(request), at), at)

    @column("Member", ordering="name", rich=True)
    def who(self, user: User) -> tuple[str, str]:
        below = [_address(user), display(user.phone) if user.phone else ""]
        return str(user), " · ".join(filter(None, below))

    @column("Role", ordering="role")
    def what(self, user: User) -> str:
        return badge(Role(user.role).label, "primary" if user.is_owner else "")

    @column("Sign-in", ordering="is_active")
    def state(self, user: User) -> str:
        if not user.is_active:
            return badge("Turned off")
        waits_until = getattr(user, "waits_until", None)
        if waits_until is not None:
            return badge(f"New browsers wait until {moment(waits_until)}", "warning")
        if links.can_be_invited(user):
            return _invited(user)
        return badge("Active", "success")

    @column("Last signed in", ordering="last_login")
    def since(self, user: User) -> str:
        return moment(user.last_login)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if mail.can_leave():
            return sets
        return [(name, {"fields": [one for one in what["fields"] if one != "invite"]}) for name, what in sets]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "is_active" in form.base_fields:
            form.base_fields["is_active"].label = "Can sign in"
            form.base_fields["is_active"].help_text = "Turn off when someone leaves; their work stays."
        return form

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        phone, obj.phone = obj.phone, ""
        if change:
            # First of all: a phone is held before any row.
            obj.phone = self._set_phone(request, obj, phone)
            self._keep_an_owner(obj)
            before = User.objects.select_for_update(no_key=True).get(pk=obj.pk)
            # What they chose by a link since the page was opened stays.
            obj.password, obj.last_login = before.password, before.last_login
            super().store(request, obj, form, change)
            if before.email != obj.email:
                links.end_all(obj, timezone.now())
            if before.role in api_keys.HANDED_OVER and obj.role not in api_keys.HANDED_OVER:
                self._revoke_handed_over(request, obj)
            return
        if form.cleaned_data.get("password1"):
            obj.set_password(form.cleaned_data["password1"])
        else:
            obj.set_unusable_password()
        super().store(request, obj, form, change)
        obj.phone = self._set_phone(request, obj, phone)
        if form.cleaned_data.get("invite") and links.can_be_invited(obj):
            links.invite(obj, by=adminkit.person(request), at=timezone.now())

    def _set_phone(self, request: HttpRequest, user: User, phone: str) -> str:
        """By its verb, for the row as it is stored. Returns the phone that the member has then."""
        by = adminkit.person(request)
        stored = User.objects.get(pk=user.pk)
        changed: User = members.change_phone(stored, new=phone, by=by, at=timezone.now())
        return str(changed.phone)

    def _revoke_handed_over(self, request: HttpRequest, user: User) -> None:
        revoked = api_keys.revoke_handed_over(user, timezone.now())
        for key in revoked:
            adminkit.record(request, events.api_key_revoked, key_id=key.pk)
        if revoked:
            self.message_user(request, "Their API keys are revoked; they create their own from now on.")

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        if created:
            adminkit.record(request, events.member_created, user_id=obj.pk, role=obj.role)
        else:
            # The verb has recorded a new phone.
            others = [name for name in fields if name != "phone"]
            if others:
                adminkit.record(request, events.member_changed, user_id=obj.pk, fields=others)

    def _keep_an_owner(self, user: User) -> None:
        """Raises LastOwner. Locks the organization: two owners cannot take each other's role at once."""
        Organization.objects.select_for_update(no_key=True).get(users=user.pk)
        others = User.objects.filter(organization=user.organization_id, role=Role.OWNER, is_active=True)
        if not (user.is_owner and user.is_active) and not others.exclude(pk=user.pk).exists():
            raise LastOwner

    @verb_button(
        description="Set password",
        text="This signs them out everywhere.",
        done="Password set.",
        icon="key",
        form=PasswordDialog,
    )
    def set_password(self, request: HttpRequest, user: User, form: Any) -> None:
        form.set_password_and_save(user)
        adminkit.record(request, events.auth_password_changed, user_id=user.pk)

    def offers(self, verb: str, obj: Any) -> bool:
        if verb == "invite":
            return mail.can_leave() and links.can_be_invited(obj)
        if verb == "revoke_invitation":
            return obj.invitation in ("sending", "open")
        return verb != "unlock" or obj.waits_until is not None

    @verb_button(
        description="Send invitation",
        text="They get a link by e-mail, good once within 7 days, and choose a password. An earlier link stops working.",
        done="The invitation is on its way.",
        icon="mail",
    )
    def invite(self, request: HttpRequest, user: User, form: Any) -> None:
        links.invite(user, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Withdraw invitation",
        text="The link in their e-mail stops working.",
        done="Invitation withdrawn.",
        icon="block",
    )
    def revoke_invitation(self, request: HttpRequest, user: User, form: Any) -> None:
        links.revoke_invitation(user, by=adminkit.person(request), at=timezone.now())

    @verb_button(
        description="Unlock sign-in",
        text="Someone entered wrong passwords for this member. They can try again right away.",
        done="They can sign in now.",
        icon="lock_open",
    )
    def unlock(self, request: HttpRequest, user: User, form: Any) -> None:
        waits.clear_for(user)
        adminkit.record(request, events.auth_unlocked, user_id=user.pk, means="owner")
