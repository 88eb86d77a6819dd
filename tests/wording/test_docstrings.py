"""Docstrings are for developers: what people read is a sentence of its own, and stands in one place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from automations import errors as automation_errors
from automations.models.reasons import Reason
from messaging.models.messages import HeldReason
from messaging.models.reasons import CancelReason
from messaging.wording import codes, deliveries
from snoutos.core.problems import Problem
from tests.wording.readable import of_code, sources

FACES = ("messaging/api/", "messaging/admin/", "messaging/alerts", "snoutos/desk/", "automations/api/")
_MODULES = {path: path.read_text() for path in sources()}


def _below(kind: type[Problem]) -> Iterator[type[Problem]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


PROBLEMS = sorted(
    {one for one in _below(Problem) if not one.__module__.startswith("tests")},
    key=lambda one: one.__qualname__,
)


def test_no_code_of_the_product_reads_a_docstring() -> None:
    assert [str(path) for path, source in _MODULES.items() if re.search(r"__doc__|getdoc", source)] == []


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__qualname__)
def test_every_refusal_has_a_sentence_of_its_own(kind: type[Problem]) -> None:
    assert "sentence" in vars(kind)
    assert re.fullmatch(r"[A-Z].*[.!?]", kind.sentence)
    assert kind.sentence != kind.__doc__


def test_one_without_a_sentence_is_no_refusal() -> None:
    with pytest.raises(TypeError, match="needs a `sentence`"):
        type("Silent", (Problem,), {"__doc__": "For developers."})


def test_what_a_refusal_says_is_its_sentence() -> None:
    for kind in PROBLEMS:
        if "__init__" not in vars(kind):
            assert kind("").sentence == kind.sentence == str(kind(""))


def _one_table() -> set[str]:
    words = {str(label) for choices in (CancelReason, HeldReason, Reason) for label in choices.labels}
    for code in codes.KNOWN_CODES:
        why = codes.cause(code)
        assert why is not None
        words |= {why.title, why.repair}
    words |= {deliveries.CHECKING.next_step, deliveries.PARKED.next_step, deliveries.UNCONFIRMED.next_step}
    return {one for one in words if " " in one}


def test_no_face_has_a_copy_of_the_tables_words() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    wanted = _one_table()
    for read in of_code():
        if read.text in wanted:
            where[read.text].add(read.where.rpartition(":")[0])
    copied = {
        text: places for text, places in where.items() if any(place.startswith(FACES) for place in places)
    }
    assert copied == {}
    assert len(where) > 60


def test_a_reason_of_tomorrow_is_readable_all_the_same() -> None:
    assert automation_errors.reason("moon_in_the_way") == "Moon in the way."
    assert deliveries.canceled("moon_in_the_way").title
