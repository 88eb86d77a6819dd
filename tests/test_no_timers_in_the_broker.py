"""Due times live in rows, never in the broker: nothing is published with a delay, and no task waits in order to try again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from celery import current_app

from snoutos.celery import app

ROOT = Path(__file__).parent.parent
APPS = ("audit", "automations", "messaging", "policy", "routing", "snoutos")
# What may wait: who writes down what a call came to; the stream, the demo, the embedded servers and the simulator are no tasks.
MAY_SLEEP = ("snoutos/core/dberrors.py", "snoutos/desk/live.py", "snoutos/devtools/", "snoutos/embedded/")


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for name in APPS:
        for path in sorted((ROOT / name).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield str(path.relative_to(ROOT)), node


def _named(call: ast.Call) -> str:
    """The last part of what is called."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_nothing_is_published_for_later() -> None:
    found = [
        (path, call.lineno)
        for path, call in _calls()
        if {keyword.arg for keyword in call.keywords} & {"countdown", "eta", "retry_backoff", "autoretry_for"}
        or _named(call) == "apply_async"
    ]
    assert found == []


def test_one_module_publishes() -> None:
    found = {path for path, call in _calls() if _named(call) in {"send_task", "delay"}}
    assert found == {"messaging/publish.py"}


def test_no_task_is_tried_again_by_the_broker() -> None:
    app.loader.import_default_modules()
    tasks = [task for name, task in current_app.tasks.items() if not name.startswith("celery.")]
    assert len(tasks) > 10
    assert [task.name for task in tasks if getattr(task, "autoretry_for", ())] == []
    retried = [
        (path, call.lineno)
        for path, call in _calls()
        if _named(call) == "retry" and path.endswith("tasks.py")
    ]
    assert retried == []


def test_no_beat_entry_is_delayed() -> None:
    for entry in app.conf.beat_schedule.values():
        assert set(entry["options"]) == {"queue", "expires"}


def test_nobody_sleeps_but_to_reach_the_database() -> None:
    found = [
        (path, call.lineno)
        for path, call in _calls()
        if _named(call) == "sleep" and not path.startswith(MAY_SLEEP)
    ]
    assert found == []
