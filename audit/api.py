"""Alerts to act on, and the trail to read. Other rows are named by public id, looked up a page at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import django_filters
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from audit import alert_lifecycle, permissions
from audit.errors import AlertFinishedError, CriticalAlertError
from audit.models import ActorKind, Alert, AlertState, AuditEvent, Severity
from audit.registry import SUBJECTS
from audit.sentences import sentence
from snoutos.accounts.rest.filtering import Filters, InstantFilter
from snoutos.accounts.rest.scoping import OrganizationViewSet
from snoutos.accounts.rest.serializers import Nothing
from snoutos.core.problems import Problem

_NUMBER = re.compile(r"\.[0-9]+\Z")


class PublicIds:
    """The public ids of an organization's rows that a page of audit rows names: one query for each kind of row."""

    def __init__(self, organization_id: int, named: Iterable[tuple[str, int | None]]) -> None:
        by_kind: dict[str, set[int]] = {}
        for kind, pk in named:
            if pk and _has_face(kind):
                by_kind.setdefault(kind, set()).add(pk)
        self._found = {
            kind: dict(_model(kind, organization_id).filter(pk__in=pks).values_list("pk", "public_id"))
            for kind, pks in by_kind.items()
        }

    def get(self, kind: str, pk: int | None) -> str | None:
        """The public id of row `pk` of `kind`; None for one without a face."""
        found = self._found.get(kind, {}).get(pk)
        return str(found) if found else None


def _has_face(kind: str) -> bool:
    """Whether rows of `kind` are named by public ids."""
    model = SUBJECTS[kind].model if kind in SUBJECTS else ""
    return bool(model) and hasattr(apps.get_model(model), "public_id")


def _model(kind: str, organization_id: int) -> QuerySet[Any]:
    own = {"pk": organization_id} if kind == "organization" else {"organization_id": organization_id}
    rows: QuerySet[Any] = apps.get_model(SUBJECTS[kind].model)._default_manager.filter(**own)
    return rows


class AlertFilters(Filters):
    """Which alerts."""

    state = django_filters.ChoiceFilter(choices=AlertState.choices)
    severity = django_filters.ChoiceFilter(choices=Severity.choices)
    kind = django_filters.CharFilter(method="filter_kind")

    def filter_kind(self, rows: QuerySet[Alert], name: str, value: str) -> QuerySet[Alert]:
        return rows.filter(Q(kind=value) | Q(kind__regex=rf"^{re.escape(value)}\.[0-9]+$"))


class AlertAnswer(serializers.ModelSerializer[Alert]):
    """Needs a look. `subject` is the public id of what it is about, null for what has none."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    kind = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    thread = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = (
            "id", "kind", "severity", "state", "title", "detail", "count", "subject_kind", "subject",
            "thread", "first_at", "last_at", "resolved_at", "resolved_automatically",
        )  # fmt: skip
        read_only_fields = fields

    def get_kind(self, alert: Alert) -> str:
        # `automation.notice.12`: one alert for each rule. Its number is ours.
        return _NUMBER.sub("", alert.kind)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_subject(self, alert: Alert) -> str | None:
        ids: PublicIds = self.context["ids"]
        return ids.get(alert.subject_kind, alert.subject_id)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_thread(self, alert: Alert) -> str | None:
        ids: PublicIds = self.context["ids"]
        return ids.get("thread", alert.thread_id)


class AlertClosedError(Problem):
    sentence = "This alert is already closed."
    code = AlertFinishedError.code
    status = 409


class AlertCriticalError(Problem):
    sentence = "Critical alerts can't be dismissed. Resolve it once the problem is fixed."
    code = CriticalAlertError.code
    status = 409


class Alerts(OrganizationViewSet):
    """What the owner should look at, newest first."""

    model = Alert
    order = ("-last_at", "-id")
    may = {
        "list": permissions.SEE_ALERTS,
        "retrieve": permissions.SEE_ALERTS,
        "acknowledge": permissions.ACKNOWLEDGE,
        "resolve": permissions.RESOLVE,
        "dismiss": permissions.DISMISS,
    }
    filterset_class = AlertFilters
    serializer_class = AlertAnswer

    def list(self, request: Request) -> Response:
        """Alerts, the one that was repeated last first."""
        rows = self.rows_of_page()
        named = [(row.subject_kind, row.subject_id) for row in rows]
        ids = PublicIds(self.organization.pk, [*named, *(("thread", row.thread_id) for row in rows)])
        return self.get_paginated_response(AlertAnswer(rows, many=True, context={"ids": ids}).data)

    @extend_schema(responses=AlertAnswer)
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """One alert."""
        return self._shown(self.get_object())

    @extend_schema(request=Nothing, responses=AlertAnswer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, public_id: UUID) -> Response:
        """Somebody has seen it."""
        return self._act(alert_lifecycle.acknowledge)

    @extend_schema(request=Nothing, responses=AlertAnswer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, public_id: UUID) -> Response:
        """Its problem is dealt with."""
        return self._act(alert_lifecycle.resolve)

    @extend_schema(request=Nothing, responses=AlertAnswer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, public_id: UUID) -> Response:
        """It needs nothing done. A critical alert can be resolved, not dismissed."""
        return self._act(alert_lifecycle.dismiss)

    def _act(self, verb: Callable[..., Alert]) -> Response:
        self.given(Nothing)
        try:
            return self._shown(verb(self.get_object(), by=self.caller, at=timezone.now()))
        except AlertFinishedError as error:
            raise AlertClosedError from error
        except CriticalAlertError as error:
            raise AlertCriticalError from error

    def _shown(self, alert: Alert) -> Response:
        ids = PublicIds(
            alert.organization_id, [(alert.subject_kind, alert.subject_id), ("thread", alert.thread_id)]
        )
        return Response(AlertAnswer(alert, context={"ids": ids}).data)


class EventFilters(Filters):
    """Which events."""

    verb = django_filters.CharFilter(label="This verb only.")
    actor_kind = django_filters.ChoiceFilter(choices=ActorKind.choices)
    correlation_id = django_filters.UUIDFilter(label="Everything one request caused.")
    thread = django_filters.UUIDFilter(method="filter_thread")
    from_ = InstantFilter(field_name="at", lookup_expr="gte", label="From this time on.")
    to = InstantFilter(field_name="at", lookup_expr="lt", label="Before this time.")

    def filter_thread(self, rows: QuerySet[AuditEvent], name: str, value: UUID) -> QuerySet[AuditEvent]:
        # `rows` are one organization's, so another's thread finds nothing.
        threads = apps.get_model(SUBJECTS["thread"].model)._default_manager.filter(public_id=value)
        return rows.filter(thread_id__in=threads.values("pk"))


class EventAnswer(serializers.ModelSerializer[AuditEvent]):
    """One thing that happened. `actor` and `subject` are public ids; `data` holds enums, counts and times."""

    actor = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    thread = serializers.SerializerMethodField()
    credential = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = AuditEvent
        fields = (
            "at", "verb", "sentence", "actor_kind", "actor", "credential_kind", "credential", "subject_kind", "subject", "thread",
            "correlation_id", "data",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_actor(self, event: AuditEvent) -> str | None:
        ids: PublicIds = self.context["ids"]
        return ids.get(_actor(event), event.actor_id)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_subject(self, event: AuditEvent) -> str | None:
        ids: PublicIds = self.context["ids"]
        return ids.get(event.subject_kind, event.subject_id)

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_thread(self, event: AuditEvent) -> str | None:
        ids: PublicIds = self.context["ids"]
        return ids.get("thread", event.thread_id)

    def get_credential(self, event: AuditEvent) -> str | None:
        """The public id of an API key; of a browser's session twelve signs that stay the same while it lasts."""
        ids: PublicIds = self.context["ids"]
        if event.credential_kind == "session" and event.credential_id is not None:
            return f"{event.credential_id:012x}"
        return ids.get(event.credential_kind, event.credential_id)

    def get_sentence(self, event: AuditEvent) -> str:
        return sentence(event.verb, event.data)

    @extend_schema_field(serializers.DictField(child=serializers.JSONField()))
    def get_data(self, event: AuditEvent) -> dict[str, Any]:
        return {name: value for name, value in event.data.items() if not name.endswith(("_id", "_ids"))}


def _actor(event: AuditEvent) -> str:
    """The kind of row that an event's actor is."""
    return _ACTORS.get(event.actor_kind, event.actor_kind)


_ACTORS: dict[str, str] = {ActorKind.PROVIDER: "account", ActorKind.API: "user"}


class _EventsOf:
    """Events of one organization. AuditEvent is an installation table; read by tenant code here only."""

    @staticmethod
    def of(organization_id: int | None) -> QuerySet[AuditEvent]:
        rows = AuditEvent.objects.all()
        return rows.none() if organization_id is None else rows.filter(organization_id=organization_id)


class Events(OrganizationViewSet):
    """What happened, newest first. Nobody can change it."""

    may = {"list": permissions.SEE_TRAIL}
    filterset_class = EventFilters
    serializer_class = EventAnswer

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return AuditEvent.objects.none()
        return _EventsOf.of(self.caller.organization_id)

    def list(self, request: Request) -> Response:
        """What happened, newest first."""
        rows = self.rows_of_page()
        named: list[tuple[str, int | None]] = []
        for row in rows:
            named += [
                (_actor(row), row.actor_id),
                (row.credential_kind, row.credential_id),
                (row.subject_kind, row.subject_id),
                ("thread", row.thread_id),
            ]
        context = {"ids": PublicIds(self.organization.pk, named)}
        return self.get_paginated_response(EventAnswer(rows, many=True, context=context).data)


router = SimpleRouter(use_regex_path=False)
router.register("alerts", Alerts, basename="alert")
router.register("audit/events", Events, basename="audit-event")
urlpatterns = router.urls
