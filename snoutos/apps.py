from django.apps import AppConfig


class SnoutosConfig(AppConfig):
    """The shell: its system checks and management commands."""

    name = "snoutos"
    label = "snoutos"
    verbose_name = "SnoutOS"

    def ready(self) -> None:
        from snoutos import celery  # noqa: F401  (makes our Celery application the current one)
        from snoutos.ops import checks  # noqa: F401
