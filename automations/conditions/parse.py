"""Reading a condition from JSON: what cannot be asked is refused when it is saved, with the place and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass

from automations.conditions.errors import ConditionError, named
from automations.conditions.fields import Field, field_named, near_miss
from automations.conditions.operators import Operator, operator_named, operators
from automations.conditions.tree import Group, Join, Leaf, Node, Tree
from automations.conditions.values import read_value

DEEPEST = 3
MOST_LEAVES = 30


def parse(data: object, *, groups: frozenset[str]) -> Tree:
    """The condition in `data`, asked about the fields of `groups` alone. `{}` and None always hold.

    A group is `{"all": [...]}` or `{"any": [...]}` and never empty; at most three stand within one another, with at most 30 leaves
    in all. A leaf is `{"field": ..., "op": ..., "value": ...}`. Raises ConditionError, and nothing else, for any other data.
    """
    if data is None or data == {}:
        return Tree()
    return Tree(_Reading(groups).node(data, path="", depth=0))


@dataclass(slots=True)
class _Reading:
    """One run through the data; counts the leaves of the whole."""

    groups: frozenset[str]
    leaves: int = 0

    def node(self, data: object, *, path: str, depth: int) -> Node:
        if not isinstance(data, dict):
            raise ConditionError("A condition is an object with “all”, “any” or “field”.", path=path)
        if len(data) == 1 and "all" in data:
            return self.group(data["all"], join="all", path=path, depth=depth)
        if len(data) == 1 and "any" in data:
            return self.group(data["any"], join="any", path=path, depth=depth)
        return self.leaf(data, path=path)

    def group(self, parts: object, *, join: Join, path: str, depth: int) -> Group:
        if depth == DEEPEST:
            raise ConditionError(f"At most {DEEPEST} groups can stand within one another.", path=path)
        if not isinstance(parts, list) or not parts:
            raise ConditionError(
                "A group needs at least one condition: add one or remove the group.", path=path
            )
        if len(parts) > MOST_LEAVES:
            raise ConditionError(f"At most {MOST_LEAVES} conditions can be asked.", path=path)
        inner = f"{path}.{join}" if path else join
        return Group(
            join,
            tuple(self.node(data, path=f"{inner}.{i}", depth=depth + 1) for i, data in enumerate(parts)),
        )

    def leaf(self, data: dict[object, object], *, path: str) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise ConditionError(f"At most {MOST_LEAVES} conditions can be asked.", path=path)
        if not {"field", "op"} <= data.keys() <= {"field", "op", "value"}:
            raise ConditionError(
                "A condition has a “field”, an “op” and a “value”, or is one group “all” or “any”.", path=path
            )
        field = self.field(data["field"], path=path)
        operator = _operator(field, data["op"], path=path)
        value, operand = read_value(field, operator, data.get("value"), path=path)
        return Leaf(path, field, operator, value, operand)

    def field(self, name: object, *, path: str) -> Field:
        field = field_named(name) if isinstance(name, str) else None
        if field is None:
            raise ConditionError(_no_field(name, self.groups), path=path, part="field")
        if field.group not in self.groups:
            sentence = f"{named(field.name)} is not known when this trigger fires. Choose another field."
            raise ConditionError(sentence, path=path, part="field")
        return field


def _no_field(name: object, groups: frozenset[str]) -> str:
    if not isinstance(name, str):
        return "Name the field to ask about."
    meant = near_miss(name, groups)
    return f"There is no field {named(name)}." + (f" Did you mean {named(meant)}?" if meant else "")


def _operator(field: Field, name: object, *, path: str) -> Operator:
    operator = operator_named(field.type, name) if isinstance(name, str) else None
    if operator is None:
        ways = ", ".join(way.name for way in operators(field.type))
        asked = f"{named(name)} cannot be asked of" if isinstance(name, str) else "Say what to ask of"
        raise ConditionError(f"{asked} {named(field.name)}. Choose one of: {ways}.", path=path, part="op")
    return operator
