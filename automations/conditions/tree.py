"""A condition as it is passed around: a tree of groups and leaves, made by `parse` only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as part
from typing import Literal

from automations.conditions.fields import Field
from automations.conditions.operators import Operator

Scalar = str | int | float | bool
Value = Scalar | tuple[str, ...] | None
Join = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question about one field. `path` is its place in the tree ("all.0.any.1", empty when it is the whole of it).

    `value` is as a person wrote it, tidied; `operand` the same made ready to compare.
    """

    path: str
    field: Field
    operator: Operator
    value: Value
    operand: Value = part(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Several parts, at least one, of which all or any must hold."""

    join: Join
    parts: tuple[Node, ...]


Node = Group | Leaf


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole condition. Without a root it always holds."""

    root: Node | None = None

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf, in reading order."""
        if self.root is not None:
            yield from _leaves(self.root)


def to_json(tree: Tree) -> dict[str, object]:
    """The stored form: equal for equal trees, and `parse` gives the tree back."""
    return {} if tree.root is None else _plain(tree.root)


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for inner in node.parts:
        yield from _leaves(inner)


def _plain(node: Node) -> dict[str, object]:
    if isinstance(node, Group):
        return {node.join: [_plain(inner) for inner in node.parts]}
    leaf: dict[str, object] = {"field": node.field.name, "op": node.operator.name}
    if node.operator.takes != "nothing":
        leaf["value"] = list(node.value) if isinstance(node.value, tuple) else node.value
    return leaf
