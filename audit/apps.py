"""The app's configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit and alerts"

    def ready(self) -> None:
        """Let every app declare what the trail can tell, so that all of it is known before anything is read."""
        autodiscover_modules("events", "alerts")
