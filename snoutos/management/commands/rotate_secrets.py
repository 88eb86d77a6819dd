"""`manage.py rotate_secrets`: write every stored secret anew with the first of FIELD_ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from snoutos.accounts.secrets import SecretField


class Command(BaseCommand):
    help = (
        "Encrypt every stored secret with the first of FIELD_ENCRYPTION_KEYS, so older keys can be removed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        written = 0
        for model in apps.get_models():
            columns = [f.attname for f in model._meta.local_fields if isinstance(f, SecretField)]
            if not columns:
                continue
            with transaction.atomic():
                for row in model._default_manager.select_for_update(no_key=True).order_by("pk"):
                    row.save(update_fields=columns)
                    written += 1
        self.stdout.write(f"{written} rows rewritten.")
