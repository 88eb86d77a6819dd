"""`manage.py twilio_sim`: the Twilio simulator, alone."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from snoutos.devtools.twilio_sim import cli


class Command(BaseCommand):
    """A thin wrapper: the simulator itself needs no Django."""

    help = "Run the Twilio simulator: its API, signed webhooks, and phones to text from at /_sim/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        cli.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        code = cli.run(argparse.Namespace(**options))
        if code:
            sys.exit(code)
