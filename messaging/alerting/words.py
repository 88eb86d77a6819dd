"""What a letter or text about alerts says: their own sentences, which hold nobody's name, number or words, and the way to the desk."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from audit.models import Alert
from messaging.models import Thread
from snoutos.accounts.models import Organization
from snoutos.core import timefmt

# Two segments at most.
LONGEST_TEXT = 300
_END = " Open SnoutOS. Reply OK if you've got it."


def text(alerts: Sequence[Alert]) -> str:
    """One text for all of `alerts`, the newest title of each kind."""
    titles = list(dict.fromkeys(alert.title.rstrip(".") for alert in alerts))
    words = f"SnoutOS: {'. '.join(titles)}."
    if len(alerts) > 1:
        words = f"SnoutOS: {len(alerts)} things need you now. {'. '.join(titles)}."
    room = LONGEST_TEXT - len(_END)
    return (words if len(words) <= room else f"{words[: room - 1].rstrip()}…") + _END


def subject(alerts: Sequence[Alert]) -> str:
    """The subject of one letter for all of `alerts`."""
    return (
        f"SnoutOS: {alerts[0].title}" if len(alerts) == 1 else f"SnoutOS: {len(alerts)} things need you now"
    )


def letter(organization: Organization, alerts: Sequence[Alert]) -> str:
    """The body of one letter for all of `alerts`, with links to the desk."""
    threads = Thread.objects.of(organization).filter(pk__in=[a.thread_id for a in alerts if a.thread_id])
    pages = {
        pk: reverse("admin:conversation", args=[public])
        for pk, public in threads.values_list("pk", "public_id")
    }
    parts = [_part(organization, alert, pages.get(alert.thread_id or 0)) for alert in alerts]
    ending = (
        f"{organization.name} uses SnoutOS. Each alert is sent once; repeats are counted in SnoutOS.\n"
        f"Where alerts go: {settings.PUBLIC_BASE_URL}{reverse('admin:alerting')}\n"
    )
    return "\n\n".join([*parts, ending])


def _part(organization: Organization, alert: Alert, page: str | None) -> str:
    since = timefmt.on(alert.first_at, organization.zone, alert.last_at)
    where = page or reverse("admin:audit_alert_changelist")
    lines = [alert.title, alert.detail, f"Since {since}.", f"{settings.PUBLIC_BASE_URL}{where}"]
    return "\n".join(line for line in lines if line)
