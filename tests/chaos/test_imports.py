"""Workers that add people from a file are killed in the middle, again and again: everybody is there once, and the undo takes all back."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest
from django.utils import timezone

from messaging.models import Client, ClientPhone, ImportedRow
from messaging.spreadsheets import running, undoing
from tests.business import Business, new_phone
from tests.chaos.conftest import Nursery, wait_until
from tests.messaging.spreadsheets.files import fresh, upload, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

ROWS, KILLS = 400, 6


def test_killed_again_and_again_everybody_is_there_once(
    business: Business, nursery: Callable[..., Nursery]
) -> None:
    rows = [["Name", "Phone"], *([f"Filed {n}", new_phone()] for n in range(ROWS))]
    draft = upload(business, written(rows))
    running.start(draft, by=business.owner, at=timezone.now())
    workers = nursery(read_timeout=5)

    def many(state: str) -> int:
        return ImportedRow.objects.filter(people_import=draft, state=state).count()

    def more(state: str, than: int) -> bool:
        return many(state) > than

    def kill_in_the_middle(state: str) -> None:
        for _ in range(KILLS):
            before = many(state)
            pids = [workers.spawn("imports"), workers.spawn("imports")]
            wait_until(partial(more, state, before))
            time.sleep(0.05)
            for pid in pids:
                workers.kill(pid)
            assert 0 < many(state) < ROWS, "too fast to be killed in the middle"

    kill_in_the_middle("added")
    assert Client.objects.filter(name__startswith="Filed").count() == many("added")
    workers.spawn("imports")
    wait_until(lambda: fresh(draft).state == "finished")
    assert fresh(draft).added == ROWS
    assert Client.objects.filter(name__startswith="Filed").count() == ROWS
    assert ClientPhone.objects.filter(client__name__startswith="Filed").count() == ROWS

    undoing.undo(draft, by=business.owner, at=timezone.now())
    wait_until(lambda: many("removed") > 0)
    for pid in list(workers.workers):
        workers.kill(pid)
    workers.spawn("imports")
    wait_until(lambda: fresh(draft).state == "undone")
    assert fresh(draft).removed == ROWS
    assert not Client.objects.filter(name__startswith="Filed").exists()
