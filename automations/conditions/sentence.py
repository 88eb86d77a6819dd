"""A condition as people read it: "client has a visit today and text contains “cancel”"."""

from __future__ import annotations

from decimal import Decimal

from automations.conditions.errors import quoted
from automations.conditions.fields import Field
from automations.conditions.tree import Group, Join, Leaf, Node, Scalar, Tree
from automations.schedules import clock, clock_words

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
    flat = all(isinstance(part, Leaf) for part in root.parts)
    joint = f" {_WORD[root.join]} " if flat else f"; {_WORD[root.join]} "
    return joint.join(_part(part) for part in root.parts)


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
    """A part of the outermost group."""
    if isinstance(node, Leaf):
        return leaf_sentence(node)
    return f"{node.join} of: {', '.join(_innermost(part) for part in node.parts)}"


def _innermost(node: Node) -> str:
    if isinstance(node, Leaf):
        return leaf_sentence(node)
    return f"({f' {_WORD[node.join]} '.join(_innermost(part) for part in node.parts)})"


def _simple(node: Node) -> Node:
    """The same condition without groups that add nothing: of one part, or joined like the group around them."""
    if isinstance(node, Leaf):
        return node
    parts: list[Node] = []
    for part in map(_simple, node.parts):
        parts.extend(part.parts if isinstance(part, Group) and part.join == node.join else [part])
    return parts[0] if len(parts) == 1 else Group(node.join, tuple(parts))


def _value(field: Field, value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return _number(value)
    if field.choices:
        return field.choice_words[value]
    at = clock(value) if field.type == "time" else None
    return quoted(value) if at is None else clock_words(at)


def _number(value: float) -> str:
    """Never in powers of ten, with commas: "1,600", "0.5"."""
    return f"{Decimal(str(value)):,f}"
