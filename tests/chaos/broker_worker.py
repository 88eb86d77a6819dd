"""A real Celery worker for tests: `python -m tests.chaos.broker_worker '<json>'`. It takes the project's tasks and three probes, and with
`"beat": true` runs a beat that rings one of them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> None:
    wanted = json.loads(sys.argv[1])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = wanted["database"]
    settings.DATABASES["default"]["OPTIONS"]["assume_role"] = wanted["role"]
    settings.TWILIO_API_BASE_URL = wanted["provider"]
    settings.PUBLIC_BASE_URL = wanted["public"]
    settings.CELERY_BROKER_URL = wanted["broker"]
    settings.PUBLISH = ""
    django.setup()
    _serve(wanted)


def _serve(wanted: dict[str, Any]) -> None:
    from celery import shared_task
    from django.db import transaction

    from audit import events
    from audit.record import recording
    from messaging import publish
    from snoutos.celery import app

    @shared_task(name="tests.records")
    def records(organization_id: int) -> None:
        """Leave two events, written in two transactions."""
        for rows in (1, 2):
            with transaction.atomic(), recording() as trail:
                trail.record(events.export_made(organization_id=organization_id, kind="probe", rows=rows))

    @shared_task(name="tests.rings")
    def rings(organization_id: int) -> None:
        """Ring for another task, after commit as everywhere."""
        with transaction.atomic():
            publish.on_commit("tests.records", organization_id, queue="default")

    @shared_task(name="tests.fails")
    def fails(organization_id: int) -> None:
        """Leave the events, then die."""
        records(organization_id)
        raise ValueError("on purpose")

    tick = {"task": "tests.records", "schedule": 0.3, "args": (wanted["organization"],)}
    app.conf.beat_schedule = {"probe": {**tick, "options": {"queue": "default", "expires": 5}}}
    app.conf.update(broker_url=wanted["broker"])
    beat = ["-B", "-s", wanted["beat_file"]] if wanted["beat"] else []
    pool = ["-P", wanted["pool"], "-c", "2"]
    app.worker_main(
        [
            "worker",
            "-Q",
            "send,tick,default",
            "-l",
            "info",
            "--without-mingle",
            "--without-gossip",
            *pool,
            *beat,
        ]
    )


if __name__ == "__main__":
    main()
