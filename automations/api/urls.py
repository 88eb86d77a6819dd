"""The addresses of the automations' API."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from automations.api.automations import Automations
from automations.api.canned_replies import ThreadCannedReplies
from automations.api.catalogue import Catalogue
from automations.api.events import ExternalEvents
from automations.api.executions import AutomationExecutions, Executions

router = SimpleRouter(use_regex_path=False)
router.register("automations", Automations, basename="automation")
router.register("events", ExternalEvents, basename="event")

urlpatterns = [
    path("automation-catalogue/", Catalogue.as_view({"get": "retrieve"}), name="automation-catalogue"),
    path(
        "automations/<uuid:automation>/executions/",
        AutomationExecutions.as_view({"get": "list"}),
        name="automation-executions",
    ),
    path(
        "threads/<uuid:thread>/canned-replies/",
        ThreadCannedReplies.as_view({"get": "list"}),
        name="thread-canned-replies",
    ),
    path("executions/<uuid:public_id>/", Executions.as_view({"get": "retrieve"}), name="execution-detail"),
    *router.urls,
]
