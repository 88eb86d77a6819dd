"""`manage.py process_receipts`: what was wrong is repaired, so take in again what was set aside."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from messaging.inbound import reprocess
from messaging.models import WebhookReceipt
from messaging.models.receipts import ReceiptState


class Command(BaseCommand):
    help = (
        "Process again the webhook receipts given up after eight failures, or one of them by id. Prints "
        "where each one fails if it fails again, and then exits 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--receipt", type=int, help="the id an alert or audit event names")

    def handle(self, *args: Any, **options: Any) -> None:
        waiting = WebhookReceipt.objects.filter(state=ReceiptState.QUARANTINED).order_by("received_at", "pk")
        if options["receipt"] is not None:
            waiting = waiting.filter(pk=options["receipt"])
        done, failed = 0, []
        for receipt in waiting:
            if reprocess.process_again(receipt, by=None, at=timezone.now()):
                done += 1
            else:
                failed.append(receipt.pk)
        self.stdout.write(f"{done} processed, {len(failed)} still failing.")
        for row in WebhookReceipt.objects.filter(pk__in=failed).order_by("pk"):
            self.stdout.write(f"receipt {row.pk}: {row.failure}")
        if failed:
            raise CommandError("Some receipts still fail: fix what's listed above, then run this again.")
