"""The Celery application: queues `send`, `tick` and `default`, and the beat that rings the sweeps.

No task carries an ETA or a countdown: due times live in rows, and ticks find them. A tick expires after its period, and several
beats are harmless because every tick is a compare-and-set on rows.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Collection
from typing import Any

import kombu
from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import beat_init, celeryd_after_setup, celeryd_init, task_postrun, task_prerun
from django.conf import settings
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from kombu import Queue

from snoutos.core import database_limits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")


# A rehearsal runs the beat faster by the same factor as leases and retries, yet no tick more often than this.
FASTEST_BEAT_SECONDS = 1.0


def period(seconds: float) -> float:
    """How often a tick that is written as every `seconds` runs: so often, except in rehearsals (see `messaging.timing`)."""
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
        "sweep-deliveries": _every("messaging.tasks.sweep_deliveries", 2),
        "end-frozen-sessions": _every("messaging.tasks.end_frozen_sessions", 10),
        "retry-receipts": _every("messaging.tasks.retry_receipts", 5),
        "reconcile-unknown": _every("messaging.tasks.reconcile_unknown", 10),
        "take-in-missed-texts": _every("messaging.tasks.take_in_missed_texts", 300),
        "fetch-media": _every("messaging.tasks.fetch_media", 10, "default"),
        "expire-overrides": _every("messaging.tasks.expire_overrides", 30),
        "tell-sitters": _every("messaging.tasks.tell_sitters", 30),
        "alert-waiting-reviews": _every("messaging.tasks.alert_waiting_reviews", 60),
        "remind-of-revocations": _every("messaging.tasks.remind_of_revocations", 60),
        "notify-owners": _every("messaging.tasks.notify_owners", 10),
        "send-letters": _every("messaging.tasks.send_letters", 10, "default"),
        "end-forwarding": _every("messaging.tasks.end_forwarding", 30),
        "bring-unopened": _every("messaging.tasks.bring_unopened", 15),
        "go-on-with-imports": _every("messaging.tasks.go_on_with_imports", 10, "default"),
        "forget-imports": _every("messaging.tasks.forget_imports", 3600, "default"),
        "forget-answers": _every("messaging.tasks.forget_answers", 3600, "default"),
        "forget-sign-ins": _every("messaging.tasks.forget_sign_ins", 3600, "default"),
        "end-cooldowns": _every("messaging.tasks.end_cooldowns", 600),
        "refresh-registrations": _every("messaging.tasks.refresh_registrations", 600, "default"),
        "compare-accounts": _every("messaging.tasks.compare_accounts", 300, "default"),
        "refresh-health": _every("messaging.tasks.refresh_health", 3600),
        "match-automations": _every("automations.tasks.match_due", 2),
        "plan-automations": _every("automations.tasks.plan", 30),
        "forget-events": _every("automations.tasks.forget", 3600, "default"),
        "send-unlock-letters": _every("snoutos.access.tasks.send_letters", 30, "default"),
        "forget-looks": _every("snoutos.access.tasks.forget_looks", 3600, "default"),
        "end-waits": _every("snoutos.access.tasks.end_waits", 60, "default"),
        "seal-audit": _every("audit.tasks.seal", 60, "default"),
    },
)
app.autodiscover_tasks(["messaging", "automations", "audit", "snoutos.access"])
# Its receivers give each task the correlation id of what rang for it.
importlib.import_module("snoutos.ops.correlation")


@celeryd_init.connect
@beat_init.connect
def _go_on_or_exit(**_: Any) -> None:
    """Workers and the beat start under the same conditions as web processes."""
    from snoutos.ops import startup

    startup.go_on_or_exit()


def kind_of(queues: Collection[str]) -> str:
    """What a worker of these queues is to the database: the kind whose work is waited for most."""
    return next((queue for queue in ("send", "tick") if queue in queues), database_limits.JOBS)


@celeryd_after_setup.connect
def _be_a_worker(instance: Any, **_: Any) -> None:
    """Before the first connection: how long this process waits for the database, by the queues it works on."""
    kind = kind_of(instance.app.amqp.queues.consume_from)
    database_limits.apply(settings.DATABASES["default"], kind)


@task_prerun.connect
def _note_queue(task: Any, **_: Any) -> None:
    _at_work.queue = (getattr(task.request, "delivery_info", None) or {}).get("routing_key", "")


@task_postrun.connect
def _forget_queue(**_: Any) -> None:
    _at_work.queue = ""


@receiver(connection_created)
def _give_jobs_time(connection: Any, **_: Any) -> None:
    """A task of the queue `default` may take long, also in a worker that takes ticks as well. Each task has a connection of its own."""
    if getattr(_at_work, "queue", "") != "default":
        return
    limits = database_limits.LONG[database_limits.JOBS].settings() | {
        "application_name": database_limits.name_of(database_limits.JOBS)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(limits))}",
            [part for limit in limits.items() for part in limit],
        )


_at_work = threading.local()


@celeryd_after_setup.connect
def _share_threads(instance: Any, **_: Any) -> None:
    """Say how many texts this process can call at a time; a prefork child calls one."""
    from messaging.outbound.queue import shares

    in_threads = getattr(instance.pool_cls, "__module__", "").endswith(".thread")
    shares.THIS_PROCESS.count = instance.concurrency if in_threads else 1


@beat_init.connect
def _pulse(**_: Any) -> None:
    """The beat writes that it lives, and whether the broker answers it."""
    from snoutos.ops import heartbeat

    database_limits.apply(settings.DATABASES["default"], "beat")
    heartbeat.start()
