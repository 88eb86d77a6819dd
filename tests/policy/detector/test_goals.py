"""The figures that the detector must keep on the labelled texts, as floors against regressions."""

from typing import Any

import pytest

from benchmarks.detector import figures
from benchmarks.labelled import SETS

# Of what each set asks: recall by difficulty, false alarms, message F1, cover95, intent, threads and their false alarms.
_FIRST = {
    "easy": 0.995, "medium": 0.98, "hard": 0.93, "adversarial": 0.75, "false": 0.008, "f1": 0.95, "cover95": 0.90, "intent": 0.70,
    "threads": 0.80, "threads_false": 0.01,
}  # fmt: skip
_SECOND = {
    "easy": 0.99, "medium": 0.95, "hard": 0.80, "adversarial": 0.60, "false": 0.010, "f1": 0.90, "cover95": 0.80, "intent": 0.75,
    "threads": 0.80, "threads_false": 0.02,
}  # fmt: skip
_FLOORS = {"dev": _FIRST, "held_out": _FIRST, "dev2": _SECOND, "tricks": _SECOND}


@pytest.fixture(scope="module", params=SETS)
def measured(request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, float]]:
    return figures(request.param), _FLOORS[request.param]


Measured = tuple[dict[str, Any], dict[str, float]]


@pytest.mark.parametrize("difficulty", ["easy", "medium", "hard", "adversarial"])
def test_recall_holds(measured: Measured, difficulty: str) -> None:
    figure, floor = measured
    assert figure["recall"].get(difficulty, 1.0) >= floor[difficulty]


def test_false_alarms_stay_rare(measured: Measured) -> None:
    figure, floor = measured
    assert figure["false_positives"]["neg"] <= floor["false"]
    assert figure["false_positives"].get("allowed", 0) == 0


def test_messages_hold(measured: Measured) -> None:
    figure, floor = measured
    assert figure["message_f1"] >= floor["f1"]
    assert figure["cover95"] >= floor["cover95"]


@pytest.mark.parametrize("name", ["dev", "held_out"])
def test_spans_hold(name: str) -> None:
    assert figures(name)["span_f1"] >= 0.94


def test_intent_holds(measured: Measured) -> None:
    figure, floor = measured
    assert figure["intent"]["recall"] >= floor["intent"]
    assert figure["intent"]["false_positives"] <= 0.01


def test_threads_hold(measured: Measured) -> None:
    figure, floor = measured
    assert figure["conversation"]["recall"] >= floor["threads"]
    assert figure["conversation"]["false_positives"] <= floor["threads_false"]
