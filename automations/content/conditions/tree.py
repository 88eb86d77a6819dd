"""A condition as it is passed around, a tree of groups and leaves made by `parse` only, and as people read it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as part
from decimal import Decimal
from typing import Literal

from automations.content.conditions.fields import Field, Operator
from automations.content.schedules import clock
from snoutos.core import timefmt

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


_WORD: dict[Join, str] = {"all": "and", "any": "or"}


def sentence(tree: Tree) -> str:
    """The whole condition, "always" without one; no capital at the start, no full stop.

    Groups read apart without knowing any precedence: the outermost parts are joined by "and" or "or", a group within them is "all of:
    ..." or "any of: ..." up to the semicolon, and only a group within that one stands in parentheses.
    """
    if tree.root is None:
        return "always"
    root = _simple(tree.root)
    if isinstance(root, Leaf):
        return leaf_sentence(root)
    flat = all(isinstance(one, Leaf) for one in root.parts)
    joint = f" {_WORD[root.join]} " if flat else f"; {_WORD[root.join]} "
    return joint.join(_part(one) for one in root.parts)


def leaf_sentence(leaf: Leaf) -> str:
    """One question: its field, what is asked, and the value, what people wrote in quotation marks."""
    field, operator = leaf.field, leaf.operator
    if field.type == "yes_no":
        return field.label if operator.name == "is_yes" else field.label_no
    said = f"{field.label} {operator.words}"
    if operator.takes == "nothing":
        return said
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    joint = " and " if operator.takes == "pair" else " or "
    return f"{said} {joint.join(_value(field, value) for value in values if value is not None)}"


def _part(node: Node) -> str:
    """A one of the outermost group."""
    if isinstance(node, Leaf):
        return leaf_sentence(node)
    return f"{node.join} of: {', '.join(_innermost(one) for one in node.parts)}"


def _innermost(node: Node) -> str:
    if isinstance(node, Leaf):
        return leaf_sentence(node)
    return f"({f' {_WORD[node.join]} '.join(_innermost(one) for one in node.parts)})"


def _simple(node: Node) -> Node:
    """The same condition without groups that add nothing: of one one, or joined like the group around them."""
    if isinstance(node, Leaf):
        return node
    parts: list[Node] = []
    for one in map(_simple, node.parts):
        parts.extend(one.parts if isinstance(one, Group) and one.join == node.join else [one])
    return parts[0] if len(parts) == 1 else Group(node.join, tuple(parts))


def _value(field: Field, value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return _number(value)
    if field.choices:
        return field.choice_words[value]
    at = clock(value) if field.type == "time" else None
    return quoted(value) if at is None else timefmt.wall(at)


def _number(value: float) -> str:
    """Never in powers of ten, with commas: "1,600", "0.5"."""
    return f"{Decimal(str(value)):,f}"


_LONGEST_SHOWN = 60
# Joins the people of a family emoji; the other format characters can turn the reading direction of what follows.
_JOINER = "\u200d"


def quoted(text: str) -> str:
    """The text in quotation marks, on one line, without characters that do not show or that would close the marks."""
    plain = "".join(char for char in " ".join(text.split()) if shows(char))
    return "“" + plain.replace("“", "'").replace("”", "'") + "”"


def named(text: str) -> str:
    """As `quoted`, shortened: for what somebody sent, which may be of any length."""
    return quoted(text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…")


def shows(char: str) -> bool:
    """False for characters that nobody sees or that are none."""
    return char == _JOINER or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
