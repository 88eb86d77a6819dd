"""The trail: signed off in time. Whether it was changed is `verify_audit`'s question."""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.seal import unsealed
from snoutos.ops.doctor.registry import Broken, check

SEALED_BY = timedelta(minutes=10)


@check(
    "audit.unsealed",
    subject="event",
    wrong="Is over 10 minutes old and in no seal",
    do="check that a worker of the queue `default` and the beat run, and that no transaction stays open; then `manage.py verify_audit`",
)
def unsealed_for_long(at: datetime) -> Broken:
    rows = unsealed().filter(at__lt=at - SEALED_BY)
    return rows.order_by("pk").values_list("pk", flat=True).iterator()
