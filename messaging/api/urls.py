"""The addresses of messaging's API."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from messaging.api.alerting import AlertSettings
from messaging.api.assignments import Overrides, Windows
from messaging.api.calls import ThreadCalls
from messaging.api.deliveries import Deliveries
from messaging.api.differences import Differences
from messaging.api.hours import BusinessHours
from messaging.api.imports import ImportRows, Imports
from messaging.api.me import Me, MyDevices, MyMessages, MyThreads, MyVisits
from messaging.api.members import Members
from messaging.api.messages import ThreadMessages, ThreadNotes
from messaging.api.numbers import Numbers
from messaging.api.people import Clients, Sitters
from messaging.api.review import Review
from messaging.api.revocations import Revocations
from messaging.api.sitter_out import SitterOut
from messaging.api.threads import Threads
from messaging.api.visits import Visits

router = SimpleRouter(use_regex_path=False)
router.register("threads", Threads, basename="thread")
router.register("review", Review, basename="review")
router.register("revocations", Revocations, basename="revocation")
router.register("deliveries", Deliveries, basename="delivery")
router.register("windows", Windows, basename="window")
router.register("visits", Visits, basename="visit")
router.register("overrides", Overrides, basename="override")
router.register("clients", Clients, basename="client")
router.register("sitters", Sitters, basename="sitter")
router.register("members", Members, basename="member")
router.register("imports", Imports, basename="import")
router.register("numbers", Numbers, basename="number")
router.register("provider-differences", Differences, basename="provider-difference")

urlpatterns = [
    path(
        "business-hours/", BusinessHours.as_view({"get": "retrieve", "put": "update"}), name="business-hours"
    ),
    path("alert-settings/", AlertSettings.as_view({"get": "retrieve"}), name="alert-settings"),
    path("me/", Me.as_view({"get": "retrieve"}), name="me"),
    path("me/visits/", MyVisits.as_view({"get": "list"}), name="my-visits"),
    path("me/devices/", MyDevices.as_view({"get": "list"}), name="my-devices"),
    path(
        "me/devices/<uuid:public_id>/revoke/",
        MyDevices.as_view({"post": "revoke"}),
        name="my-device-revoke",
    ),
    path("me/threads/", MyThreads.as_view({"get": "list"}), name="my-threads"),
    path(
        "me/threads/<uuid:thread>/messages/",
        MyMessages.as_view({"get": "list", "post": "create"}),
        name="my-messages",
    ),
    path(
        "threads/<uuid:thread>/messages/",
        ThreadMessages.as_view({"get": "list", "post": "create"}),
        name="thread-messages",
    ),
    path(
        "sitters/<uuid:public_id>/preview-out/",
        SitterOut.as_view({"post": "preview_out"}),
        name="sitter-preview-out",
    ),
    path("sitters/<uuid:public_id>/out/", SitterOut.as_view({"post": "out"}), name="sitter-out"),
    path("threads/<uuid:thread>/calls/", ThreadCalls.as_view({"get": "list"}), name="thread-calls"),
    path("threads/<uuid:thread>/notes/", ThreadNotes.as_view({"post": "create"}), name="thread-notes"),
    path("imports/<uuid:public_id>/rows/", ImportRows.as_view({"get": "list"}), name="import-rows"),
    *router.urls,
]
