"""Whether a condition holds for the facts of an occurrence, with every leaf's own answer for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from automations.content.conditions.fields import EVENT_DATA, Field, Type, fold, is_number
from automations.content.conditions.tree import Leaf, Node, Tree
from automations.content.schedules import clock


@dataclass(frozen=True, slots=True)
class LeafResult:
    """What one leaf said. `path` is its place, `leaf` the question itself."""

    path: str
    met: bool
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the condition held, and every leaf's answer in reading order."""

    met: bool
    results: tuple[LeafResult, ...]


def evaluate(tree: Tree, facts: Mapping[str, object]) -> Outcome:
    """Ask every leaf; never raises, whatever the facts are.

    `facts` are by field name, in the shapes of `fields`; an external event's document stands whole under "event.data". A fact that is
    missing, None, or not of its field's type is not there: positive questions about it are false, negative ones (is_not, does_not_...,
    is_empty, does_not_exist) true. "Is no" is a positive question: it asks for a fact that says no.
    """
    if tree.root is None:
        return Outcome(met=True, results=())
    asking = _Asking(facts)
    return Outcome(asking.met(tree.root), tuple(asking.results))


class _Asking:
    """One evaluation: reads each field once, keeps the answers in the order they were asked."""

    __slots__ = ("facts", "read", "results")

    def __init__(self, facts: Mapping[str, object]) -> None:
        self.facts = facts
        self.read: dict[str, object] = {}
        self.results: list[LeafResult] = []

    def met(self, node: Node) -> bool:
        if isinstance(node, Leaf):
            return self.leaf(node)
        # A list, not a generator: every part is asked, so that the log is whole.
        answers = [self.met(inner) for inner in node.parts]
        return all(answers) if node.join == "all" else any(answers)

    def leaf(self, leaf: Leaf) -> bool:
        name = leaf.field.name
        if name not in self.read:
            self.read[name] = _read(leaf.field, self.facts)
        fact = self.read[name]
        operator = leaf.operator
        met = operator.negative if fact is None else operator.holds(fact, leaf.operand)
        self.results.append(LeafResult(leaf.path, met, leaf))
        return met


def _read(field: Field, facts: Mapping[str, object]) -> object:
    """The fact made ready to compare; None when it is not there."""
    if field.type == "any":
        return _comparable(_within(facts.get(EVENT_DATA), field.name[len(EVENT_DATA) + 1 :]))
    raw = facts.get(field.name)
    return None if raw is None else _READ[field.type](raw)


def _text(raw: object) -> str | None:
    return fold(raw) if isinstance(raw, str) else None


def _number(raw: object) -> int | float | None:
    return raw if is_number(raw) else None


def _choice(raw: object) -> str | None:
    return raw if isinstance(raw, str) else None


def _yes_no(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _list(raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple | set | frozenset):
        return None
    return tuple(fold(item) for item in raw if isinstance(item, str))


def _time(raw: object) -> str | None:
    return raw if isinstance(raw, str) and clock(raw) is not None else None


_READ: dict[Type, Callable[[object], object]] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "yes_no": _yes_no,
    "list": _list,
    "time": _time,
}


def _within(document: object, path: str) -> object:
    """What stands at the dotted path; a step into a list is its position."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def _comparable(value: object) -> object:
    if isinstance(value, str):
        return fold(value)
    if isinstance(value, list):
        return tuple(fold(item) if isinstance(item, str) else item for item in value)
    return value
