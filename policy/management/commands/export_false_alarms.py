"""`manage.py export_false_alarms FILE`: the texts that owners called false alarms, as labelled rows for the detector's benchmark."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audit import events
from audit.record import recording
from policy.exports import false_alarms
from policy.models import Resolution, Violation
from snoutos.accounts.models import Organization


class Command(BaseCommand):
    help = (
        "Write the texts that owners dismissed as false alarms to FILE, one JSON row per line, as in "
        "benchmarks/data/. They're what people wrote: personal data. Keep the file like a backup, and delete it after use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="is made, readable by you alone; one that exists is refused"
        )
        parser.add_argument("--organization", help="public id; the whole installation if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        violations = Violation.objects.filter(resolution=Resolution.DISMISSED)
        if options["organization"]:
            violations = violations.filter(organization=_organization(options["organization"]))
        path: Path = options["file"]
        with _new_file(path) as file, transaction.atomic(), recording() as trail:
            rows = Counter[int]()
            for organization_id in violations.order_by().values_list("organization", flat=True).distinct():
                for row in false_alarms(violations.filter(organization=organization_id)):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                    rows[organization_id] += 1
            for organization_id, count in sorted(rows.items()):
                trail.record(
                    events.export_made(organization_id=organization_id, kind="false_alarms", rows=count)
                )
        self.stdout.write(f"{sum(rows.values())} texts are in {path}.")
        self.stdout.write("They're what people wrote: personal data. Delete the file after use.")


def _organization(public_id: str) -> Organization:
    try:
        return Organization.objects.get(public_id=public_id)
    except (Organization.DoesNotExist, ValidationError) as error:
        raise CommandError("No organization has this public id.") from error


def _new_file(path: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"The file can't be created: {error.strerror}. Choose one that doesn't exist yet."
        ) from error
