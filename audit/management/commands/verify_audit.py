"""`manage.py verify_audit`: prove that the audit trail was not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from audit.verify import Report, verify

if TYPE_CHECKING:
    from argparse import ArgumentParser

_SHOWN = 50


class Command(BaseCommand):
    """Exit 0 when every sealed event is as it was; exit 1 with one sentence, naming ids, when not."""

    help = "Prove that no sealed audit event was edited, removed, inserted or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", default="", help="A last seal noted earlier: it must still be in the chain."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(known_head=options["head"])
        if not report.intact:
            raise CommandError(f"The audit trail was changed: {'; '.join(_damage(report))}.")
        self.stdout.write(
            f"The audit trail is intact: {report.events} events in {report.seals} seals, "
            f"{report.not_sealed_yet} not sealed yet. Last seal: {report.head}"
        )


def _damage(report: Report) -> list[str]:
    kinds = {
        "events edited": report.edited,
        "events removed": report.removed,
        "events inserted": report.inserted,
        "events reordered": report.reordered,
        "seals broken": report.broken_seals,
    }
    damage = [f"{kind} {_ids(ids)}" for kind, ids in kinds.items() if ids]
    return [*damage, "the given seal is gone"] if report.known_head_missing else damage


def _ids(ids: list[int]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(map(str, ids[:_SHOWN])) + (f" and {more} more" if more > 0 else "")
