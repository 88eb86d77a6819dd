"""`manage.py replay_routing`: decide every stored decision again, each by the rules of its time, and show any that differs."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing import decisions
from routing.models import RoutingDecision
from routing.rulesets import UnknownRulesetError

SHOWN = 20


class Command(BaseCommand):
    help = "Decide every stored routing decision again. Exits 1 if one differs, or if there are some and none was checked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since-id", type=int, default=0, help="Only those with a higher id; the rest is left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        same: Counter[str] = Counter()
        different: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        shown: list[int] = []
        for decision in (
            RoutingDecision.objects.filter(pk__gt=options["since_id"]).order_by("pk").iterator(1000)
        ):
            try:
                agrees = decisions.agrees(decision)
            except UnknownRulesetError:
                unknown[decision.ruleset] += 1
                continue
            (same if agrees else different)[decision.ruleset] += 1
            if not agrees and len(shown) < SHOWN:
                shown.append(decision.pk)
        for ruleset in sorted(same | different | unknown):
            self.stdout.write(self._line(ruleset, same[ruleset], different[ruleset], unknown[ruleset]))
        self._judge(same.total(), different.total(), unknown, shown)

    def _line(self, ruleset: str, same: int, different: int, unknown: int) -> str:
        if unknown:
            return f"{ruleset}: {unknown} decisions, and this version doesn't know the ruleset."
        return f"{ruleset}: {same + different} decisions, {different} different."

    def _judge(self, same: int, different: int, unknown: Counter[str], shown: list[int]) -> None:
        if different:
            raise CommandError(f"{different} of {same + different} decisions differ, among them {shown}.")
        if unknown:
            raise CommandError(f"Update SnoutOS: it doesn't know the rulesets {', '.join(sorted(unknown))}.")
        if not same and RoutingDecision.objects.exists():
            raise CommandError("No decision was checked although there are some. Leave out --since-id.")
        self.stdout.write(f"{same} decisions, all the same.")
