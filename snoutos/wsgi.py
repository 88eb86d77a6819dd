"""The web and webhook processes: pages, API and webhooks. `snoutos.serve` runs them."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

django.setup()

from snoutos.core import database_limits  # noqa: E402
from snoutos.ops import heartbeat, startup  # noqa: E402

KIND = os.environ.get("SNOUTOS_PROCESS", "web")
database_limits.apply(settings.DATABASES["default"], KIND)
# Before the pool: it has threads, and workers are forked after this.
startup.go_on_or_exit()

# Web threads share a connection pool; it makes short transactions about four times as fast.
settings.DATABASES["default"].setdefault("OPTIONS", {})["pool"] = settings.DATABASE_POOL

application = get_wsgi_application()


def worker() -> WSGIHandler:
    """The application in one of several worker processes, after the fork: threads do not survive one (`granian --factory`)."""
    if KIND == "webhook":
        heartbeat.start_webhook()
    return application
