"""The owner's pages about the business itself: its settings, its members, its API keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template import engines
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from snoutos.accounts import api_keys, desk
from snoutos.accounts.desk import (
    ConfirmForm,
    FactAdmin,
    TenantAdmin,
    TenantForm,
    VerbForm,
    badge,
    column,
    moment,
    verb_button,
)
from snoutos.accounts.models import ApiKey, Organization, User
from snoutos.accounts.roles import Role
from snoutos.problems import Problem

# Roles decide what people may do; groups belong to no organization.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


class LastOwner(Problem):
    """A business needs an owner who can sign in. Make somebody else an owner first."""

    code = "last_owner"
    status = 409


def _zones() -> list[tuple[str, str]]:
    """Every zone, those of North America first."""
    names = sorted(available_timezones(), key=lambda name: (not name.startswith(("America/", "US/")), name))
    return [(name, name.replace("_", " ")) for name in names]


class OrganizationForm(TenantForm):
    """The settings of the business."""

    timezone = forms.ChoiceField(
        choices=_zones, widget=UnfoldAdminSelectWidget, help_text="Times on this desk are shown in this zone."
    )


@admin.register(Organization)
class OrganizationAdmin(TenantAdmin):
    """The one business of whoever is signed in. There is no list: it leads to the settings."""

    form = OrganizationForm
    owner_only = True
    fieldsets = (
        ("The business", {"fields": ("name", "timezone")}),
        ("Texts", {"fields": ("pool_auto_reply", "quiet_from", "quiet_until")}),
        ("Screening", {"fields": ("own_domains", "hold_sitter_photos")}),
        (
            "Visits",
            {
                "fields": ("drop_in_buffer_minutes", "overnight_buffer_minutes"),
                "description": "How many minutes before and after a visit the sitter may text.",
            },
        ),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        labels = {
            "pool_auto_reply": "Reply to strangers",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
            "own_domains": "Your domains",
            "hold_sitter_photos": "Hold sitters' photos for review",
            "drop_in_buffer_minutes": "Drop-in",
            "overnight_buffer_minutes": "Overnight",
        }
        for name, label in labels.items():
            form.base_fields[name].label = label
        form.base_fields["own_domains"].widget.attrs["rows"] = 2
        form.base_fields["own_domains"].help_text += " Separate them with commas."
        return form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def list_page(self, request: HttpRequest, extra_context: Any) -> HttpResponseBase:
        organization = desk.organization_of(request)
        where = desk.address(organization) if organization and self.has_view_permission(request) else None
        return HttpResponseRedirect(where) if where else super().list_page(request, extra_context)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.message_user(request, "Settings saved.")
        return HttpResponseRedirect(request.path)

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        desk.record(request, "settings.changed", fields=list(fields))


def _password(label: str, help_text: str = "", *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        strip=False,
        help_text=help_text,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class MemberForm(SetPasswordMixin, TenantForm):  # type: ignore[type-arg]
    """A member; a new one may get a password at once, systems and sitters need none."""

    role = forms.ChoiceField(
        choices=[choice for choice in Role.choices if choice[0] != Role.OPERATOR],
        widget=UnfoldAdminSelectWidget,
        help_text="Owners change settings, numbers and members. Staff answer texts. Sitters see their own "
        "visits. An integration is a system that uses an API key.",
    )
    password1 = _password(
        "Password", "Leave it empty for somebody who does not sign in with one.", required=False
    )
    password2 = _password("Password again", required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.validate_passwords()
        if self.cleaned_data.get("password1"):
            self.validate_password_for_user(self.instance)
        return cleaned


class PasswordDialog(SetPasswordMixin, ConfirmForm):  # type: ignore[type-arg]
    """Sets a password by Django's rules for passwords."""

    password1 = _password("New password", "At least 10 characters, not a common word.", required=True)
    password2 = _password("New password again", required=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        self.validate_passwords()
        self.validate_password_for_user(User.objects.filter(public_id=self.object_id).first())
        return cleaned


@admin.register(User)
class UserAdmin(TenantAdmin):
    """The members of the business. Nobody leaves it here, and one owner always stays."""

    form = MemberForm
    owner_only = True
    list_display = ("who", "what", "state", "since")
    list_display_links = ("who",)
    list_filter = (("role", ChoicesDropdownFilter), "is_active")
    search_fields = ("name", "email")
    search_help_text = "Search by name or e-mail"
    ordering = ("name", "email")
    actions = ()
    actions_detail = ("set_password",)
    add_fieldsets = (
        (None, {"fields": ("name", "email", "role")}),
        ("Sign-in", {"fields": ("password1", "password2")}),
    )
    fieldsets = ((None, {"fields": ("name", "email", "role", "is_active")}),)

    @column("Member", ordering="name", rich=True)
    def who(self, user: User) -> tuple[str, str]:
        return str(user), user.email if user.name else ""

    @column("Role", ordering="role")
    def what(self, user: User) -> str:
        return badge(Role(user.role).label, "primary" if user.is_owner else "")

    @column("Sign-in", ordering="is_active")
    def state(self, user: User) -> str:
        return badge("Active", "success") if user.is_active else badge("Switched off")

    @column("Last signed in", ordering="last_login")
    def since(self, user: User) -> str:
        return moment(user.last_login)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "is_active" in form.base_fields:
            form.base_fields["is_active"].label = "May sign in"
            form.base_fields[
                "is_active"
            ].help_text = "Switch off for somebody who has left; their work stays."
        return form

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self._keep_an_owner(obj)
        elif form.cleaned_data.get("password1"):
            obj.set_password(form.cleaned_data["password1"])
        else:
            obj.set_unusable_password()
        super().store(request, obj, form, change)

    def changed(self, request: HttpRequest, obj: Any, fields: Iterable[str], *, created: bool) -> None:
        if created:
            desk.record(request, "member.created", user_id=obj.pk, role=obj.role)
        else:
            desk.record(request, "member.changed", user_id=obj.pk, fields=list(fields))

    def _keep_an_owner(self, user: User) -> None:
        """Raises LastOwner. Locks the organization: two owners cannot take each other's role at once."""
        Organization.objects.select_for_update(no_key=True).get(users=user.pk)
        others = User.objects.filter(organization=user.organization_id, role=Role.OWNER, is_active=True)
        if not (user.is_owner and user.is_active) and not others.exclude(pk=user.pk).exists():
            raise LastOwner

    @verb_button(
        description="Set password",
        text="They are signed out everywhere.",
        done="Password set.",
        icon="key",
        form=PasswordDialog,
    )
    def set_password(self, request: HttpRequest, user: User, form: Any) -> None:
        form.set_password_and_save(user)
        desk.record(request, "member.changed", user_id=user.pk, fields=["password"])


class ApiKeyForm(VerbForm):
    """What a new key is for."""

    scopes = forms.MultipleChoiceField(
        choices=api_keys.Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, label="May be used to"
    )

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data.get("expires_at")
        if expires_at and expires_at <= timezone.now():
            raise ValidationError("Choose a time ahead, or none.")
        return expires_at


_SHOWN_ONCE = """{% extends "admin/base_site.html" %}
{% block content %}
<div class="flex flex-col gap-4 max-w-4xl">
  <p class="leading-relaxed">Copy the key now: it is shown this once, and nobody can read it later.</p>
  <p class="border border-base-200 rounded-default px-3 py-2 dark:border-base-700"
     style="font-family: monospace; overflow-wrap: anywhere; user-select: all">{{ secret }}</p>
  <p><a class="text-link" href="{{ done }}">I have copied it</a></p>
</div>
{% endblock %}"""


@admin.register(ApiKey)
class ApiKeyAdmin(FactAdmin):
    """Keys of systems and people. Issued here, shown once, revoked for good; never changed."""

    form = ApiKeyForm
    owner_only = True
    list_display = ("what", "whose", "state", "used")
    list_display_links = ("what",)
    list_select_related = ("user",)
    search_fields = ("name", "prefix")
    search_help_text = "Search by name or the key's first letters"
    ordering = ("-id",)
    actions = ()
    actions_detail = ("revoke",)
    add_fieldsets = ((None, {"fields": ("name", "user", "scopes", "expires_at")}),)
    fieldsets = (
        (None, {"fields": ("name", "starts_with", "whose", "may", "state", "used", "made", "expires")}),
    )
    readonly_fields = ("starts_with", "whose", "may", "state", "used", "made", "expires")

    @column("Key", ordering="name", rich=True)
    def what(self, key: ApiKey) -> tuple[str, str]:
        return key.name, self.starts_with(key)

    @column("Starts with")
    def starts_with(self, key: ApiKey) -> str:
        return f"snout_{key.prefix}…"

    @column("Belongs to")
    def whose(self, key: ApiKey) -> str:
        return str(key.user)

    @column("May be used to")
    def may(self, key: ApiKey) -> str:
        return ", ".join(str(api_keys.Scope(scope).label) for scope in key.scopes) or "–"

    @column("State")
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return badge("Revoked", "danger")
        if key.expires_at and key.expires_at <= timezone.now():
            return badge("Expired")
        return badge("In use", "success")

    @column("Last used", ordering="last_used_at")
    def used(self, key: ApiKey) -> str:
        return moment(key.last_used_at)

    @column("Issued")
    def made(self, key: ApiKey) -> str:
        return moment(key.created_at)

    @column("Expires")
    def expires(self, key: ApiKey) -> str:
        return moment(key.expires_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_act_permission(request)

    def offers(self, verb: str, obj: Any) -> bool:
        return obj.revoked_at is None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            active: QuerySet[User] = User.objects.filter(is_active=True).order_by("name", "email")
            kwargs["queryset"] = active
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.help_text = "The key can never do more than this member may."
        return field

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        asked = form.cleaned_data
        issued = api_keys.issue(
            asked["user"], name=asked["name"], scopes=asked["scopes"], expires_at=asked["expires_at"]
        )
        desk.record(request, "api_key.issued", key_id=issued.key.pk)
        obj.__dict__.update(issued.key.__dict__)
        obj.secret = issued.secret

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        page = engines["django"].from_string(_SHOWN_ONCE)
        context = {
            **self.admin_site.each_context(request),
            "title": f"New API key: {obj.name}",
            "secret": obj.secret,
            "done": desk.address(obj),
        }
        return TemplateResponse(request, page, context, headers={"Cache-Control": "no-store"})

    @verb_button(
        description="Revoke",
        text="Whatever uses this key stops working at once. This cannot be undone.",
        done="Revoked.",
        icon="block",
    )
    def revoke(self, request: HttpRequest, key: ApiKey, form: Any) -> None:
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            desk.record(request, "api_key.revoked", key_id=key.pk)
