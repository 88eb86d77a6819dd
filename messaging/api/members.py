"""Members: the owners and staff, whom the office may write to by their own phones."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from messaging import permissions
from messaging.api.answers import MemberAnswer
from messaging.api.phones import NewPhone
from messaging.phones import members
from snoutos.accounts.models import User
from snoutos.accounts.permissions import OFFICE
from snoutos.accounts.rest.scoping import OrganizationViewSet


class Members(OrganizationViewSet):
    """Owners and staff, by name."""

    model = User
    order = ("name", "id")
    may = {
        "list": permissions.SEE_MEMBERS,
        "retrieve": permissions.SEE_MEMBERS,
        "change_phone": permissions.CHANGE_MEMBER_PHONE,
    }
    serializer_class = MemberAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(role__in=OFFICE)

    def list(self, request: Request) -> Response:
        """Owners and staff, by name."""
        return self.page(MemberAnswer)

    @extend_schema(responses=MemberAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One of them."""
        return self.shown(MemberAnswer, self.get_object())

    @extend_schema(request=NewPhone, responses=MemberAnswer)
    @action(detail=True, methods=["post"], url_path="change-phone")
    def change_phone(self, request: Request, public_id: UUID) -> Response:
        """Your own phone, or as an owner any member's; empty for none. The office's conversation with them goes on with the new one."""
        member = self.get_object()
        new = self.given(NewPhone)["phone"]
        changed = members.change_phone(member, new=new, by=self.caller, at=timezone.now())
        return self.shown(MemberAnswer, changed)
