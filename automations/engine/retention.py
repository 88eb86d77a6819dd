"""What automations need no longer: old events' words, reactions that came to nothing, occurrences that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from audit.models import Occurrence
from automations.models import Execution, ExecutionState, ExternalEvent

# Other systems' data is emptied after this; the row stays for the log.
EVENTS_KEPT = timedelta(days=90)
# “Conditions not met” is what an owner asks about within days.
NOT_MET_KEPT = timedelta(days=30)
# “Try on the last 30 days” reads them; what an automation reacted to stays with its log.
OCCURRENCES_KEPT = timedelta(days=45)
AT_ONCE = 2000


def forget(at: datetime) -> int:
    """Forget a batch of each. Returns how many rows."""
    return _events(at) + _not_met(at) + _occurrences(at)


def _events(at: datetime) -> int:
    old = ExternalEvent.objects.filter(created_at__lt=at - EVENTS_KEPT).exclude(data={})
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return int(ExternalEvent.objects.filter(pk__in=ids).update(data={}))


def _not_met(at: datetime) -> int:
    old = Execution.objects.filter(state=ExecutionState.NOT_MET, finished_at__lt=at - NOT_MET_KEPT)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return int(Execution.objects.filter(pk__in=ids).delete()[0])


def _occurrences(at: datetime) -> int:
    kept = Execution.objects.filter(occurrence=OuterRef("pk"))
    old = Occurrence.objects.filter(done_at__lt=at - OCCURRENCES_KEPT).filter(~Exists(kept))
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return int(Occurrence.objects.filter(pk__in=ids).delete()[0])
