"""Texts that the office keeps ready."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from automations import canned_replies, permissions
from automations.content import templates
from automations.models import CannedReply
from automations.models.canned import GROUPS
from snoutos import adminkit
from snoutos.accounts.models import User
from snoutos.adminkit import TenantAdmin, TenantForm, column

_HELP = (
    "Write it as a text. These are filled in when you pick it: {variables}. "
    'Without one, “{{{{ client.pets | default: "your pet" }}}}” says something else instead.'
)


class CannedReplyForm(TenantForm):
    """A reply, and whose it is."""

    for_all = forms.BooleanField(
        label="For everyone in the office",
        required=False,
        initial=True,
        help_text="Otherwise only you see it.",
    )
    person: ClassVar[User]

    def _post_clean(self) -> None:
        self.instance.member = None if self.cleaned_data.get("for_all") else self.person
        super()._post_clean()  # type: ignore[misc]


@admin.register(CannedReply)
class CannedReplyAdmin(TenantAdmin):
    """The office's and one's own; another member's own are not there."""

    form = CannedReplyForm
    look = permissions.SEE_CANNED_REPLIES
    act = permissions.CHANGE_CANNED_REPLIES
    empty_says = "Keep the texts you write often here, and pick one in a conversation by typing /."
    list_display = ("what", "whose")
    list_display_links = ("what",)
    search_fields = ("name", "body")
    search_help_text = "Search by name or text"
    ordering = ("name", "id")
    actions = ()
    fieldsets = ((None, {"fields": ("name", "body", "for_all")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seen = canned_replies.seen_by(adminkit.person(request))
        return super().get_queryset(request).filter(pk__in=seen.order_by().values("pk"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if "body" in form.base_fields:
            known = ", ".join(f"{{{{ {one.name} }}}}" for one in templates.variables(GROUPS))
            form.base_fields["body"].help_text = _HELP.format(variables=known)
            form.base_fields["name"].help_text = "How you'll find it, such as “Key reminder”."
            form.base_fields["for_all"].initial = obj is None or obj.member_id is None
        form.person = adminkit.person(request)
        return form

    @column("Reply", ordering="name", rich=True)
    def what(self, reply: CannedReply) -> tuple[str, str]:
        return reply.name, reply.body

    @column("For")
    def whose(self, reply: CannedReply) -> str:
        return "You" if reply.member_id else "Everyone in the office"

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return self.has_act_permission(request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.changed(request, obj, ["removed"], created=False)
        super().delete_model(request, obj)
