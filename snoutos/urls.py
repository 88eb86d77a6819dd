"""Every address of the installation."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from snoutos.desk import live
from snoutos.ops import health, metrics

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("sitter/", include("snoutos.sitter_page.urls")),
    path("api/v1/", include("snoutos.api.urls")),
    path("webhooks/twilio/", include("messaging.inbound.urls")),
    path("live/", live.absent),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
]

# What nobody foresaw: a problem for programs, a page for people.
handler500 = "snoutos.core.error_pages.server_error"
