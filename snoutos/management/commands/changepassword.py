"""`manage.py changepassword`: as Django's, by any spelling of the e-mail; the trail keeps that it was done."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from audit.record import Actor, recording
from snoutos.access import events
from snoutos.accounts.models import User
from snoutos.accounts.names import fold

TRIES = 3


class Command(changepassword.Command):
    help = "Set a member's password. They are signed out everywhere."

    def handle(self, *args: Any, **options: Any) -> str:
        user = User.objects.filter(email=fold(options["username"] or "")).first()
        if user is None:
            raise CommandError("No one signs in with this e-mail. Check the spelling.")
        password = self._asked_for(user)
        with transaction.atomic(), recording(actor=Actor.system()) as trail:
            user.set_password(password)
            user.save(update_fields=["password"])
            trail.record(events.auth_password_changed(organization_id=user.organization_id, user_id=user.pk))
        return "Password set."

    def _asked_for(self, user: User) -> str:
        """A good password, typed twice. Outside a transaction: a person takes their time. Raises CommandError after three tries."""
        for _ in range(TRIES):
            first, again = getpass("Password: "), getpass("Password (again): ")
            if first != again:
                self.stderr.write("They don't match. Try again.")
                continue
            try:
                validate_password(again, user)
            except ValidationError as error:
                self.stderr.write(" ".join(error.messages))
                continue
            return again
        raise CommandError(f"No password was set in {TRIES} tries.")
