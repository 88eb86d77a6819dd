"""The figures that the detector must keep on the labelled texts, as floors against regressions."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.detector import DATA, figures

_RECALL = {"easy": 0.995, "medium": 0.98, "hard": 0.93, "adversarial": 0.75}


@pytest.fixture(scope="module", params=["dev.jsonl", "held_out.jsonl"])
def measured(request: pytest.FixtureRequest) -> dict[str, Any]:
    return figures(Path(DATA) / request.param)


@pytest.mark.parametrize("difficulty", _RECALL)
def test_recall_holds(measured: dict[str, Any], difficulty: str) -> None:
    assert measured["recall"][difficulty] >= _RECALL[difficulty]


def test_false_alarms_stay_rare(measured: dict[str, Any]) -> None:
    assert measured["false_positives"]["neg"] <= 0.008
    assert measured["false_positives"]["allowed"] == 0


def test_messages_and_spans_hold(measured: dict[str, Any]) -> None:
    assert measured["message_f1"] >= 0.95
    assert measured["span_f1"] >= 0.94
    assert measured["cover95"] >= 0.90


def test_intent_holds(measured: dict[str, Any]) -> None:
    assert measured["intent"]["recall"] >= 0.70
    assert measured["intent"]["false_positives"] <= 0.01


def test_threads_hold(measured: dict[str, Any]) -> None:
    for screened in (measured["threads"], measured["conversation"]):
        assert screened["recall"] >= 0.80
        assert screened["false_positives"] <= 0.01
