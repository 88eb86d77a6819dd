"""The conditions of automations: read and refused, asked, told as a sentence, described.

Pure and deterministic: no database, no clock; imports nothing of Django. A condition is stored as JSON:

    {}                                                                 always
    {"field": "message.text", "op": "contains", "value": "cancel"}     one question
    {"all": [...]}, {"any": [...]}                                     at most three groups within one another, 30 questions
"""

from automations.content.conditions.evaluate import LeafResult, Outcome, evaluate
from automations.content.conditions.fields import (
    GROUPS,
    Field,
    Operator,
    Type,
    field_named,
    fields,
    operators,
)
from automations.content.conditions.parse import DEEPEST, MOST_LEAVES, ConditionError, json_schema, parse
from automations.content.conditions.tree import Group, Leaf, Tree, leaf_sentence, sentence, to_json

__all__ = [
    "DEEPEST",
    "GROUPS",
    "MOST_LEAVES",
    "ConditionError",
    "Field",
    "Group",
    "Leaf",
    "LeafResult",
    "Operator",
    "Outcome",
    "Tree",
    "Type",
    "evaluate",
    "field_named",
    "fields",
    "json_schema",
    "leaf_sentence",
    "operators",
    "parse",
    "sentence",
    "to_json",
]
