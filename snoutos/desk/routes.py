"""Addresses of the automations' pages. Two are named as the admin names a row's page, so that alerts and the trail link there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from snoutos.desk.views import automations, automations_log, builder


def automation_urls(page: Callable[[Any], Any]) -> list[URLPattern]:
    """Every route; `page` lets nobody in who may not use the desk."""
    here = "automations/<uuid:public_id>/"
    return [
        path("automations/", page(automations.show), name="automations"),
        path("automations/ready/", page(automations.ready), name="automations_ready"),
        path("automations/ready/<slug:slug>/use/", page(automations.use), name="automations_use"),
        path("automations/new/", page(builder.new), name="automations_new"),
        path("automations/preview/", page(builder.preview), name="automations_preview"),
        path("automations/limits/", page(automations.show_limits), name="automations_limits"),
        path(
            "automations/ran/<uuid:public_id>/",
            page(automations_log.show_one),
            name="automations_execution_change",
        ),
        path(here, page(automations.show_one), name="automations_automation_change"),
        path(f"{here}edit/", page(builder.edit), name="automation_edit"),
        path(f"{here}test/", page(automations.test), name="automation_test"),
        path(f"{here}past/", page(automations.replay), name="automation_past"),
        path(f"{here}activate/", page(automations.activate), name="automation_activate"),
        path(f"{here}pause/", page(automations.pause), name="automation_pause"),
        path(f"{here}resume/", page(automations.resume), name="automation_resume"),
        path(f"{here}archive/", page(automations.archive), name="automation_archive"),
        path(f"{here}new-key/", page(automations.new_key), name="automation_new_key"),
        path(f"{here}log/", page(automations_log.show), name="automation_log"),
    ]
