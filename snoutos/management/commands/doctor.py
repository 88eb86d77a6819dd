"""`manage.py doctor`: is every rule kept, by every row? Says what is not, and what to do."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from snoutos.ops.doctor.examination import Finding, examine
from snoutos.ops.doctor.registry import CHECKS

# As many ids stand in a line; `--json` has more.
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Check every rule across the database without changing it: one line per broken rule, with ids and "
        "what to do. Exits 1 if there is one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "checks", nargs="*", metavar="CHECK", help="the checks to make, by name; all without"
        )
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument(
            "--list", action="store_true", help="print what would be checked, and check nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for code in sorted(CHECKS):
                self.stdout.write(f"{code}: {CHECKS[code].subject}: {CHECKS[code].wrong}.")
            return
        unknown = sorted(set(options["checks"]) - CHECKS.keys())
        if unknown:
            raise CommandError(f"No such check: {', '.join(unknown)}. `manage.py doctor --list` names them.")
        found = examine(options["checks"], at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"healthy": not found, "findings": [asdict(one) for one in found]}))
        else:
            self._say(found, len(options["checks"]) or len(CHECKS))
        if found:
            raise CommandError(f"{len(found)} {'rule is' if len(found) == 1 else 'rules are'} broken.")

    def _say(self, found: list[Finding], made: int) -> None:
        for one in found:
            self.stdout.write(f"{one.code}: {one.subject} {_some(one)}: {one.wrong}. Do: {one.do}.")
        if not found:
            self.stdout.write(f"{made} {'check' if made == 1 else 'checks'}, nothing wrong.")


def _some(finding: Finding) -> str:
    """The first ids, and how many more there are."""
    rest = len(finding.ids) - SHOWN
    named = ", ".join(finding.ids[:SHOWN])
    if rest <= 0:
        return named
    return f"{named} and {'over ' if finding.more else ''}{rest} more"
