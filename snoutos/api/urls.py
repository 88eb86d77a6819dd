"""Every address under /api/v1/."""

from __future__ import annotations

from django.urls import include, path, re_path

from snoutos.api.views import Docs, Schema, Unknown

urlpatterns = [
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(url_name="api-schema"), name="api-docs"),
    path("", include("messaging.api.urls")),
    path("", include("snoutos.staffing.api")),
    path("", include("routing.api")),
    path("", include("policy.api")),
    path("", include("audit.api")),
    path("", include("automations.api.urls")),
    re_path(r"^.*$", Unknown.as_view(), name="api-unknown"),
]
