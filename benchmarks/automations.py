"""What automations cost: `python -m benchmarks.automations`.

A hundred businesses, with no automations and then with ten active ones each, none of which fits what happens. Both are measured in one run:
how long matching takes for one occurrence, and how many queries a text that comes in costs. Budget: a thousand active automations
cost an inbound text at most one query more, and matching stays under 1 ms for each.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.accounts import already_connected
from benchmarks.place import prepare

BUSINESSES, RULES = 100, 10
MUST_MS = 1.0


def main() -> int:
    """Measure and print; 1 when the budget is missed."""
    options = _options()
    prepare()
    businesses = [_business(number) for number in range(BUSINESSES)]
    figures: dict[str, Any] = {}
    for name, rules in (("no automations", 0), ("1,000 automations", RULES)):
        _rules(businesses, rules)
        figures[name] = {
            "match_ms": _matching(businesses, options.rounds),
            "pure_us": _pure(businesses[0]) if rules else 0.0,
            "queries": _queries(businesses[0]),
        }
    _print(figures)
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2), encoding="utf-8")
    without, with_them = figures.values()
    good = with_them["match_ms"] < MUST_MS and with_them["queries"] <= without["queries"] + 1
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=20, help="of one occurrence in every business")
    parser.add_argument("--json", help="also write the figures here")
    return parser.parse_args()


def _business(number: int) -> dict[str, Any]:
    """A business with an owner, a number and a client; found again in a later run."""
    from django.utils import timezone

    from messaging.models import Client
    from snoutos.accounts.models import Organization, User
    from snoutos.ops.bootstrap import Spec, set_up

    name, email = f"Rules {number:03d}", f"owner@rules{number:03d}.example"
    spec = Spec(
        organization={"name": name},
        owner={"email": email},
        account={"sid": f"AC{'d' * 29}{number:03d}", "auth_token": "benchmark"},
        numbers=[{"e164": f"+162855503{number:02d}", "role": "front_desk"}],
        clients=[{"name": "Dana", "phones": [f"+161955591{number:02d}"]}],
    )
    already_connected(spec)
    set_up(spec, at=timezone.now())
    organization = Organization.objects.get(name=name)
    return {
        "organization": organization,
        "owner": User.objects.get(email=email),
        "client": Client.objects.of(organization).get(),
        "sid": spec.account["sid"],
        "to": spec.numbers[0]["e164"],
        "from": spec.clients[0]["phones"][0],
    }


def _rules(businesses: list[dict[str, Any]], count: int) -> None:
    """Leave exactly `count` active automations in every business."""
    from django.utils import timezone

    from automations import lifecycle
    from automations.models import Automation
    from automations.trial import dry_run
    from messaging.models import Thread
    from messaging.people import starting
    from messaging.people.starting import Whom

    at = timezone.now()
    for one in businesses:
        for old in Automation.objects.of(one["organization"]).filter(archived_at__isnull=True):
            lifecycle.archive(old, by=one["owner"], at=at)
        thread = Thread.objects.of(one["organization"]).first()
        thread = thread or starting.start(Whom(client=one["client"]), by=one["owner"], at=at).thread
        for number in range(count):
            made = lifecycle.create(
                organization=one["organization"],
                name=f"Rule {number}",
                wish=_wish(number),
                by=one["owner"],
                at=at,
            )
            dry_run.test(made, scene=dry_run.Scene(thread=thread), by=one["owner"], at=at)
            lifecycle.activate(made, by=one["owner"], at=at)


def _wish(number: int) -> Any:
    """Rules that none of the measured occurrences sets off: half are for another trigger, half for another author."""
    from automations.lifecycle import Wish

    trigger = (
        {"kind": "message.received", "author": "sitter"} if number % 2 else {"kind": "consent.opted_out"}
    )
    action = {"kind": "notify_owner", "say": f"Rule {number} fired"}
    return Wish(content={"trigger": trigger, "conditions": {}, "actions": [action]}, lane="system")


def _matching(businesses: list[dict[str, Any]], rounds: int) -> float:
    """Milliseconds to match one occurrence: the median of rounds of one in each business, committed."""
    from audit.models import Occurrence
    from automations.engine import match

    match.match_due(at_most=1_000_000)
    took = []
    for number in range(rounds + 2):
        stamp = f"{time.time_ns()}:{number}"
        Occurrence.objects.bulk_create(
            Occurrence(
                organization=one["organization"],
                kind="message.received",
                key=f"benchmark:{stamp}",
                payload={"message_id": 1, "author_kind": "client"},
            )
            for one in businesses
        )
        began = time.perf_counter()
        matched = match.match_due()
        seconds = time.perf_counter() - began
        if matched != len(businesses):
            raise SystemExit(f"{matched} occurrences were matched, not {len(businesses)}.")
        if number >= 2:  # warm: plans, and contents read once
            took.append(1000 * seconds / matched)
    return round(sorted(took)[len(took) // 2], 3)


def _pure(one: dict[str, Any]) -> float:
    """Microseconds to ask the ten rules of a business whether an occurrence sets them off."""
    from django.utils import timezone

    from automations.engine import match
    from automations.engine.matcher import OccurrenceFacts, sets_off

    active = match.active_of([one["organization"].pk], ["message.received"])[one["organization"].pk]
    happening = OccurrenceFacts(
        kind="message.received", payload={"author_kind": "client"}, due_at=timezone.now(), thread_id=1
    )
    turns = 2000
    began = time.perf_counter()
    for _ in range(turns):
        for each in active:
            sets_off(each.content.trigger, happening, automation_id=each.automation_id)
    return round(1e6 * (time.perf_counter() - began) / turns, 1)


def _queries(one: dict[str, Any]) -> int:
    """Queries of a text that comes in from a known client, through the signed webhook."""
    from urllib.parse import urlencode

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from messaging.providers.signature import sign

    counts = []
    for _ in range(2):  # the first warms
        sid = f"SM{time.time_ns():032x}"
        params = {
            "MessageSid": sid,
            "AccountSid": one["sid"],
            "From": one["from"],
            "To": one["to"],
            "Body": "Hello",
            "NumMedia": "0",
        }
        path = "/webhooks/twilio/inbound"
        signature = sign(url=f"{settings.PUBLIC_BASE_URL}{path}", params=params, token="benchmark")
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(
                path,
                urlencode(params),
                content_type="application/x-www-form-urlencoded",
                headers={"X-Twilio-Signature": signature, "Host": "127.0.0.1"},
            )
        if answer.status_code != 200:
            raise SystemExit(f"The webhook answered {answer.status_code}.")
        counts.append(len(queries))
    return counts[-1]


def _print(figures: dict[str, Any]) -> None:
    print(f"{'':>20}{'match ms':>10}{'pure µs':>10}{'queries':>10}")
    for name, found in figures.items():
        print(f"{name:>20}{found['match_ms']:>10.3f}{found['pure_us']:>10.1f}{found['queries']:>10}")
    without, with_them = figures.values()
    print(
        f"\nmatching, with to without: {with_them['match_ms'] / without['match_ms']:.2f} (must be under {MUST_MS:.0f} ms)"
    )


if __name__ == "__main__":
    sys.exit(main())
