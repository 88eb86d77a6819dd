"""`manage.py bootstrap`: create or update a business, its owner, account and numbers."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from snoutos.ops.bootstrap import BadSpec, Spec, set_up


class Command(BaseCommand):
    help = (
        "Create or update a business: organization, owner with a link to choose a password and an API key (both shown once), "
        "provider account, numbers. Running it again changes only what differs. "
        "Give flags, or a JSON description with --spec FILE (- reads standard input): "
        '{"organization": {"name": …}, "owner": {"email": …}, "account": {"sid": …, "auth_token": …}, '
        '"numbers": [{"e164": …, "role": "front_desk|sitter|pool", "sitter": …}], '
        '"sitters": [{"name": …, "phone": …, "email": …}], "clients": [{"name": …, "phones": […]}]}'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--spec", help="a JSON file, or - for standard input")
        parser.add_argument("--organization", help="the business's name")
        parser.add_argument("--timezone", help="such as America/Los_Angeles")
        parser.add_argument("--owner-email")
        parser.add_argument("--owner-name")
        parser.add_argument("--owner-password", help="if left out, a new owner gets a link and chooses one")
        parser.add_argument("--account-sid")
        parser.add_argument("--auth-token")
        parser.add_argument(
            "--number",
            action="append",
            default=[],
            metavar="E164=ROLE[:SITTER]",
            help="repeat for each number; roles: front_desk, sitter, pool",
        )
        parser.add_argument("--new-key", action="store_true", help="issue another API key")
        parser.add_argument(
            "--new-link", action="store_true", help="another link for an owner who hasn't chosen a password"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = set_up(self._spec(options), at=timezone.now())
        except BadSpec as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2))
        else:
            self._tell(answer)

    def _spec(self, options: dict[str, Any]) -> Spec:
        data = _read(options["spec"]) if options["spec"] else {}
        _set(data, "organization", name=options["organization"], timezone=options["timezone"])
        _set(
            data,
            "owner",
            email=options["owner_email"],
            name=options["owner_name"],
            password=options["owner_password"],
        )
        _set(data, "account", sid=options["account_sid"], auth_token=options["auth_token"])
        if options["number"]:
            data["numbers"] = [*data.get("numbers", []), *map(_number, options["number"])]
        if options["new_key"]:
            data["new_key"] = True
        if options["new_link"]:
            data["new_link"] = True
        return Spec.from_json(data)

    def _tell(self, answer: dict[str, Any]) -> None:
        owner = answer["owner"]
        self.stdout.write(f"Business  {answer['organization']['name']}")
        self.stdout.write(f"Owner     {owner['email']}")
        if owner["link"]:
            self.stdout.write(
                f"Password  {owner['link']}  (the owner opens this to choose one; good once, for 7 days)"
            )
        if owner["api_key"]:
            self.stdout.write(f"API key   {owner['api_key']}  (shown only once)")
        for number in answer["numbers"]:
            self.stdout.write(f"Number    {number['e164']}  {number['role']}")
        self.stdout.write(f"Desk      {answer['desk']}")
        self.stdout.write(f"Webhook   {answer['webhooks']['inbound']}")


def _read(source: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        data = json.loads(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"The description can't be read: {error}") from error
    if not isinstance(data, dict):
        raise CommandError("The description must be a JSON object.")
    return data


def _set(data: dict[str, Any], part: str, **values: str | None) -> None:
    given = {key: value for key, value in values.items() if value}
    if given:
        data[part] = {**data.get(part, {}), **given}


def _number(text: str) -> dict[str, str]:
    e164, _, role = text.partition("=")
    role, _, sitter = (role or "front_desk").partition(":")
    return {"e164": e164, "role": role, **({"sitter": sitter} if sitter else {})}
