"""The Celery application: queues `send`, `tick` and `default`, and the beat that rings the sweeps.

No task carries an ETA or a countdown: due times live in rows, and ticks find them. A tick expires after its period, and several
beats are harmless because every tick is a compare-and-set on rows.
"""

from __future__ import annotations

import os
from typing import Any

import kombu
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import beat_init
from django.conf import settings
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")


# A rehearsal runs the beat faster by the same factor as leases and retries, yet no tick more often than this.
FASTEST_BEAT_SECONDS = 1.0


def period(seconds: float) -> float:
    """How often a tick that is written as every `seconds` runs: so often, except in rehearsals (see `messaging.times`)."""
    return max(seconds / float(settings.TIMES_DIVIDED_BY), min(seconds, FASTEST_BEAT_SECONDS))


def _every(task: str, seconds: float, queue: str = "tick") -> dict[str, Any]:
    return {
        "task": task,
        "schedule": period(seconds),
        "options": {"queue": queue, "expires": period(seconds)},
    }


# After an outage of the broker everything drains within 10 s of its return: left to itself, kombu would wait longer after each try, up to
# 30 s, and Celery would give up after a hundred.
RECONNECT_SECONDS = 1.0


class BrokerConnection(kombu.Connection):
    """A connection that looks for its broker every second."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        steady = {
            "interval_start": RECONNECT_SECONDS,
            "interval_step": 0.0,
            "interval_max": RECONNECT_SECONDS,
        }
        return super().ensure_connection(*args, **{**steady, **kwargs})


class Amqp(AMQP):
    """Celery's, with our connection."""

    Connection = BrokerConnection


app = Celery("snoutos", amqp=Amqp)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    task_ignore_result=True,
    task_default_queue="default",
    task_queues=[Queue("send"), Queue("tick"), Queue("default")],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # The beat publishes one tick after the other: trying each again would make all of them late, and the next one comes anyway.
    task_publish_retry=False,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 2},
    task_serializer="json",
    accept_content=["json"],
    enable_utc=True,
    timezone="UTC",
    worker_send_task_events=False,
    beat_schedule={
        **{
            f"beat-{queue}": {**_every("messaging.tasks.beat", 10, queue), "args": (queue,)}
            for queue in ("send", "tick", "default")
        },
        "sweep-deliveries": _every("messaging.tasks.sweep_deliveries", 5),
        "retry-receipts": _every("messaging.tasks.retry_receipts", 5),
        "reconcile-unknown": _every("messaging.tasks.reconcile_unknown", 10),
        "take-in-missed-texts": _every("messaging.tasks.take_in_missed_texts", 300),
        "fetch-media": _every("messaging.tasks.fetch_media", 10, "default"),
        "expire-overrides": _every("messaging.tasks.expire_overrides", 30),
        "alert-waiting-reviews": _every("messaging.tasks.alert_waiting_reviews", 60),
        "forget-answers": _every("messaging.tasks.forget_answers", 3600, "default"),
        "refresh-health": _every("messaging.tasks.refresh_health", 3600),
        "match-automations": _every("automations.tasks.match_due", 2),
        "plan-automations": _every("automations.tasks.plan", 30),
        "forget-events": _every("automations.tasks.forget", 3600, "default"),
        "seal-audit": _every("audit.tasks.seal", 60, "default"),
    },
)
app.autodiscover_tasks(["messaging", "automations", "audit"])


@beat_init.connect
def _pulse(**_: Any) -> None:
    """The beat writes that it lives, and whether the broker answers it."""
    from snoutos import pulse

    pulse.start()
