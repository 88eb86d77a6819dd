"""Automations: read, made, changed, tested, switched on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations import lifecycle, permissions
from automations.api import answers
from automations.api.answers import (
    AutomationAnswer,
    AutomationDetail,
    RehearsalAnswer,
    ReplayAnswer,
    SecretAnswer,
    TestedAnswer,
)
from automations.api.bodies import (
    ChangeBody,
    ContentBody,
    CreateBody,
    PreviewBody,
    RenameBody,
    SceneBody,
    scene_of,
    wish_of,
)
from automations.content.triggers import TRIGGERS
from automations.models import Automation, AutomationVersion, VersionState
from automations.trial import backtest, dry_run
from snoutos.accounts.rest.filtering import Filters
from snoutos.accounts.rest.idempotency import key_parameter, once
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing

KEY = key_parameter(required=False)


class AutomationFilters(Filters):
    """Which automations."""

    state = django_filters.ChoiceFilter(choices=VersionState.choices)
    trigger = django_filters.ChoiceFilter(
        choices=[(one.kind, one.label) for one in TRIGGERS.values()], field_name="trigger_kind"
    )


class Automations(OrganizationViewSet):
    """Rules that react to what happens, newest first."""

    model = Automation
    may = {
        "list": permissions.SEE,
        "retrieve": permissions.SEE,
        "create": permissions.CREATE,
        "partial_update": permissions.CHANGE,
        "rename": permissions.CHANGE,
        "test": permissions.TEST,
        "preview": permissions.TEST,
        "try_out": permissions.TEST,
        "activate": permissions.ACTIVATE,
        "pause": permissions.PAUSE,
        "resume": permissions.RESUME,
        "archive": permissions.ARCHIVE,
        "change_secret": permissions.CHANGE_SECRET,
    }
    filterset_class = AutomationFilters
    serializer_class = AutomationAnswer

    def shape(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return answers.of(rows)

    def list(self, request: Request) -> Response:
        """Automations, newest first."""
        return self.page(AutomationAnswer)

    @extend_schema(responses=AutomationDetail)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One automation: what runs, what is a draft, its versions."""
        return self.shown(AutomationDetail, self.get_object())

    @extend_schema(request=CreateBody, responses={201: AutomationDetail}, parameters=[KEY])
    def create(self, request: Request) -> Response:
        """A new automation, as a draft. It does nothing before it is tested and switched on."""

        def effect() -> Response:
            given = self.given(CreateBody)
            made = lifecycle.create(
                organization=self.organization,
                name=given["name"],
                description=given["description"],
                wish=wish_of(given),
                by=self.caller,
                at=timezone.now(),
            )
            return self._again(made, 201)

        return once(request, effect, required=False)

    @extend_schema(request=ChangeBody, responses=AutomationDetail)
    def partial_update(self, request: Request, public_id: UUID) -> Response:
        """Change the draft, or begin one. What is in force runs on until the draft is tested and switched on."""
        automation = self.get_object()
        wish = wish_of(self.given(ChangeBody), _newest(automation))
        lifecycle.change(automation, wish=wish, by=self.caller, at=timezone.now())
        return self._again(automation)

    @extend_schema(request=RenameBody, responses=AutomationDetail, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def rename(self, request: Request, public_id: UUID) -> Response:
        """Give it another name or description."""

        def effect() -> Response:
            automation, given = self.get_object(), self.given(RenameBody)
            words = {"description": automation.description, **given}
            return self._again(lifecycle.rename(automation, **words, by=self.caller, at=timezone.now()))

        return once(request, effect, required=False)

    @extend_schema(request=SceneBody, responses=TestedAnswer, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def test(self, request: Request, public_id: UUID) -> Response:
        """Play the draft and mark exactly its content as tested. Sends nothing."""

        def effect() -> Response:
            automation, scene = self.get_object(), scene_of(self.given(SceneBody))
            tested = dry_run.test(automation, scene=scene, by=self.caller, at=timezone.now())
            return self.shown(TestedAnswer, tested)

        return once(request, effect, required=False)

    @extend_schema(request=PreviewBody, responses=RehearsalAnswer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, public_id: UUID) -> Response:
        """Play it, changed as the body says, on a scene. Sends and keeps nothing."""
        newest, given = _newest(self.get_object()), self.given(PreviewBody)
        content, scene = wish_of(given, newest).read(), scene_of(given)
        shown = dry_run.preview(content, organization=self.organization, scene=scene, at=timezone.now())
        return self.shown(RehearsalAnswer, shown)

    @extend_schema(request=ContentBody, responses=ReplayAnswer)
    @action(detail=True, methods=["post"], url_path="try")
    def try_out(self, request: Request, public_id: UUID) -> Response:
        """What it would have done in the last 30 days, changed as the body says. Sends and keeps nothing."""
        automation = self.get_object()
        content = wish_of(self.given(ContentBody), _newest(automation)).read()
        replay = backtest.replay(
            content, organization=self.organization, automation_id=automation.pk, at=timezone.now()
        )
        return self.shown(ReplayAnswer, replay)

    @extend_schema(request=Nothing, responses=AutomationDetail, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, public_id: UUID) -> Response:
        """Switch the tested draft on. What happened before does not set it off."""
        return self._do(lifecycle.activate)

    @extend_schema(request=Nothing, responses=AutomationDetail, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, public_id: UUID) -> Response:
        """Switch it off for now. What it had begun is canceled."""
        return self._do(lifecycle.pause)

    @extend_schema(request=Nothing, responses=AutomationDetail, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, public_id: UUID) -> Response:
        """Switch a paused one on again."""
        return self._do(lifecycle.resume)

    @extend_schema(request=Nothing, responses=AutomationDetail, parameters=[KEY])
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, public_id: UUID) -> Response:
        """Put it away for good. Its log stays."""
        return self._do(lifecycle.archive)

    @extend_schema(request=Nothing, responses=SecretAnswer)
    @action(detail=True, methods=["post"], url_path="change-secret")
    def change_secret(self, request: Request, public_id: UUID) -> Response:
        """A new key for its signed calls, shown this once; the old one signs nothing more."""
        self.given(Nothing)
        # Not kept for a repeated request: the answer is a secret.
        changed = lifecycle.change_secret(self.get_object(), by=self.caller, at=timezone.now())
        return self.shown(SecretAnswer, changed)

    def _do(self, verb: Callable[..., Any]) -> Response:
        def effect() -> Response:
            self.given(Nothing)
            automation = self.get_object()
            verb(automation, by=self.caller, at=timezone.now())
            return self._again(automation)

        return once(self.request, effect, required=False)

    def _again(self, automation: Automation, status: int = 200) -> Response:
        """The automation as it stands now."""
        return self.shown(AutomationDetail, self.get_queryset().get(pk=automation.pk), status)


def _newest(automation: Automation) -> AutomationVersion:
    """What a change begins from: the draft, else what is in force, else the last there was. All are the newest version."""
    newest: AutomationVersion = automation.versions.latest("number")
    return newest
