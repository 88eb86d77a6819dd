"""Running the checks: in one read-only snapshot, each on its own, so that one that cannot run does not hide what others find."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import structlog
from django.db import connection, transaction

from snoutos.ops.doctor import checks as checks
from snoutos.ops.doctor.registry import CHECKS, Check

log = structlog.get_logger(__name__)

# More are counted as "more": a list nobody reads helps nobody.
NAMED = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken: by which rows (at most 1,000 of them), and what helps. `more`: there are others."""

    code: str
    subject: str
    ids: tuple[str, ...]
    more: bool
    wrong: str
    do: str


def examine(codes: Iterable[str] = (), *, at: datetime) -> list[Finding]:
    """Run the checks named, all without names. Writes nothing: the database would refuse it. Raises KeyError for an unknown code."""
    chosen = [CHECKS[code] for code in codes] or [CHECKS[code] for code in sorted(CHECKS)]
    with transaction.atomic():
        _look_only()
        found = [_ask(check, at) for check in chosen]
    return [finding for finding in found if finding is not None]


def _look_only() -> None:
    """One snapshot for all checks, so that what moves meanwhile is not taken for a contradiction."""
    alone = not connection.savepoint_ids
    with connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION {'ISOLATION LEVEL REPEATABLE READ, ' if alone else ''}READ ONLY")


def _ask(check: Check, at: datetime) -> Finding | None:
    try:
        with transaction.atomic():
            ids = tuple(str(one) for one in islice(check.find(at), NAMED + 1))
    except Exception as error:
        # Whatever keeps a check from running is itself something wrong. The error's words may quote a row: only its type is kept.
        log.error("doctor.check_failed", check=check.code, error=type(error).__name__)
        return Finding(
            code=check.code,
            subject="check",
            ids=(type(error).__name__,),
            more=False,
            wrong="This check couldn't run",
            do="run it again; if it fails again, it's a bug in SnoutOS: report it with this line",
        )
    if not ids:
        return None
    return Finding(check.code, check.subject, ids[:NAMED], len(ids) > NAMED, check.wrong, check.do)
