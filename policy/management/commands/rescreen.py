"""`manage.py rescreen`: what the present rules would have done with the texts of the last days. Changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from messaging.models import Message
from policy import detector
from policy.models import Action, FindingKind
from policy.screen import screen_again


class Command(BaseCommand):
    help = "Screen recent texts again and report what would change, without changing anything."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7)
        parser.add_argument("--organization", help="public id; the whole installation if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        texts = Message.objects.filter(
            created_at__gt=timezone.now() - timedelta(days=options["days"]), is_note=False
        ).select_related("thread__client", "organization")
        if options["organization"]:
            texts = texts.filter(organization__public_id=options["organization"])
        changes: Counter[tuple[str, str, str]] = Counter()
        more, fewer = Counter[str](), Counter[str]()
        screened = 0
        for message in texts.order_by("pk").prefetch_related("violations").iterator(chunk_size=500):
            screened += 1
            verdict = screen_again(message)
            before, after = _before(message), str(verdict.action)
            if before != after:
                changes[(message.author_kind, before, after)] += 1
            kinds_before = _kinds_before(message)
            more.update(set(verdict.kinds) - kinds_before)
            fewer.update(kinds_before - set(verdict.kinds))
        self.stdout.write(f"{screened} texts of {options['days']} days, rules {detector.RULESET_VERSION}")
        for (author, before, after), count in sorted(changes.items()):
            self.stdout.write(f"{count:6d}  {author}: {before} → {after}")
        for kind in sorted({*more, *fewer}):
            self.stdout.write(
                f"{FindingKind(kind).label}: found in {more[kind]} more texts, in {fewer[kind]} fewer"
            )
        if not (changes or more or fewer):
            self.stdout.write("Nothing would change.")


def _kinds_before(message: Message) -> set[str]:
    return {str(found["kind"]) for violation in message.violations.all() for found in violation.findings}


def _before(message: Message) -> str:
    violation = next(iter(message.violations.all()), None)
    return str(violation.action) if violation else Action.ALLOW
