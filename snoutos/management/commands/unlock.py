"""`manage.py unlock`: let somebody sign in without waiting for what strangers did to their name."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from snoutos.access import unlocking
from snoutos.accounts.models import User
from snoutos.accounts.names import fold


class Command(BaseCommand):
    help = (
        "Wrong passwords make a member's new browsers wait. End that for one member; the trail records it. "
        "Their address may still have to wait up to 15 minutes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the member's e-mail, in any spelling")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=fold(options["email"])).first()
        if user is None:
            raise CommandError("No one signs in with this e-mail. Check the spelling.")
        waited = unlocking.by_operator(user, timezone.now())
        self.stdout.write("Unlocked." if waited else "No one had to wait; the count starts over.")
