"""What may be asked of a field of each type, in words for people, and how it is answered.

Texts arrive here folded (`folding.fold`). What a field says when it is not there is decided in `evaluate`, by `Operator.negative`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, TypeGuard

from automations.conditions.fields import Type
from automations.conditions.folding import has_word

# What is compared with: nothing, one value, a list of values, or two times.
Takes = Literal["nothing", "one", "several", "pair"]


@dataclass(frozen=True, slots=True)
class Operator:
    """A question: `words` stand between the field's label and the value. A negative one is true of what is not there."""

    name: str
    words: str
    takes: Takes
    holds: Callable[[Any, Any], bool]
    negative: bool = False


def operators(kind: Type) -> tuple[Operator, ...]:
    """The questions for fields of this type, in the order of the form."""
    return _BY_TYPE[kind]


def operator_named(kind: Type, name: str) -> Operator | None:
    """The question of that name for this type; None when it has none."""
    return _BY_NAME[kind].get(name)


def is_number(value: object) -> TypeGuard[int | float]:
    """A finite number; true and false are none."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def same(one: object, other: object) -> bool:
    """Equal and of one kind: 1 is 1.0 but neither true nor "1"."""
    if isinstance(one, str):
        return isinstance(other, str) and one == other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return is_number(one) and is_number(other) and one == other


def _equal(fact: Any, operand: Any) -> bool:
    return bool(fact == operand)


def _unequal(fact: Any, operand: Any) -> bool:
    return bool(fact != operand)


def _contains(fact: str | Sequence[str], operand: str) -> bool:
    return operand in fact


def _lacks(fact: str | Sequence[str], operand: str) -> bool:
    return operand not in fact


def _contains_any(fact: str, operands: tuple[str, ...]) -> bool:
    return any(operand in fact for operand in operands)


def _one_of(fact: str, operands: tuple[str, ...]) -> bool:
    return fact in operands


def _between(fact: str, pair: tuple[str, str]) -> bool:
    """Half open; a pair whose end is earlier runs over midnight."""
    start, end = pair
    return start <= fact < end if start < end else fact >= start or fact < end


def _data_contains(fact: object, operand: object) -> bool:
    if isinstance(fact, str):
        return isinstance(operand, str) and operand in fact
    return isinstance(fact, tuple) and any(same(item, operand) for item in fact)


def _less(fact: object, operand: float) -> bool:
    return is_number(fact) and fact < operand


def _more(fact: object, operand: float) -> bool:
    return is_number(fact) and fact > operand


_TEXT = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("contains", "contains", "one", _contains),
    Operator("does_not_contain", "does not contain", "one", _lacks, negative=True),
    Operator("contains_any_of", "contains any of", "several", _contains_any),
    Operator("contains_word", "contains the word", "one", has_word),
    Operator("starts_with", "starts with", "one", str.startswith),
    Operator("is_empty", "is empty", "nothing", lambda fact, _: not fact, negative=True),
    Operator("is_not_empty", "is not empty", "nothing", lambda fact, _: bool(fact)),
)
_NUMBER = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("less_than", "is less than", "one", _less),
    Operator("at_most", "is at most", "one", lambda fact, most: bool(fact <= most)),
    Operator("more_than", "is more than", "one", _more),
    Operator("at_least", "is at least", "one", lambda fact, least: bool(fact >= least)),
)
_CHOICE = (
    Operator("is", "is", "one", _equal),
    Operator("is_not", "is not", "one", _unequal, negative=True),
    Operator("is_one_of", "is one of", "several", _one_of),
)
_YES_NO = (
    Operator("is_yes", "is yes", "nothing", lambda fact, _: fact is True),
    Operator("is_no", "is no", "nothing", lambda fact, _: fact is False),
)
_LIST = (
    Operator("includes", "include", "one", _contains),
    Operator("does_not_include", "do not include", "one", _lacks, negative=True),
    Operator("is_empty", "are empty", "nothing", lambda fact, _: not fact, negative=True),
    Operator("is_not_empty", "are not empty", "nothing", lambda fact, _: bool(fact)),
)
_TIME = (
    Operator("before", "is before", "one", lambda fact, end: bool(fact < end)),
    Operator("at_or_after", "is at or after", "one", lambda fact, start: bool(fact >= start)),
    Operator("between", "is between", "pair", _between),
)
_ANY = (
    Operator("is", "is", "one", same),
    Operator("is_not", "is not", "one", lambda fact, operand: not same(fact, operand), negative=True),
    Operator("contains", "contains", "one", _data_contains),
    Operator("less_than", "is less than", "one", _less),
    Operator("more_than", "is more than", "one", _more),
    Operator("exists", "is there", "nothing", lambda fact, _: True),
    Operator("does_not_exist", "is not there", "nothing", lambda fact, _: False, negative=True),
)
_BY_TYPE: dict[Type, tuple[Operator, ...]] = {
    "text": _TEXT,
    "number": _NUMBER,
    "choice": _CHOICE,
    "yes_no": _YES_NO,
    "list": _LIST,
    "time": _TIME,
    "any": _ANY,
}
_BY_NAME = {kind: {operator.name: operator for operator in ways} for kind, ways in _BY_TYPE.items()}
