"""`migrate`, run as the owner role (DATABASE_OWNER_URL): the running role may not change the schema."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections


class Command(DjangoMigrate):
    """Django's `migrate` on the owner's connection. Inside a test run the connection is the owner's already."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        connection = connections[options["database"]]
        test_run = str(connection.settings_dict["NAME"]).startswith("test_")
        if not test_run:
            connection.close()
            for part in ("USER", "PASSWORD", "HOST", "PORT", "NAME"):
                connection.settings_dict[part] = settings.DATABASE_OWNER.get(part, "")
            connection.settings_dict["OPTIONS"] = dict(settings.DATABASE_OWNER.get("OPTIONS", {}))
        return super().handle(*args, **options)
