"""`manage.py replay_routing`: decide every stored decision again and show any that differs."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing import decisions, engine
from routing.models import RoutingDecision


class Command(BaseCommand):
    help = "Decide every stored routing decision of the present ruleset again. Exits 1 when one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since-id", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        stored = RoutingDecision.objects.filter(ruleset=engine.RULESET, pk__gt=options["since_id"]).order_by(
            "pk"
        )
        checked, different = 0, []
        for decision in stored.iterator(chunk_size=1000):
            checked += 1
            if not decisions.agrees(decision):
                different.append(decision.pk)
        if different:
            raise CommandError(f"{len(different)} of {checked} decisions differ: {different[:20]}")
        self.stdout.write(f"{checked} decisions, all the same.")
