"""The conditions of automations: read and refused, asked, told as a sentence, described.

Pure and deterministic: no database, no clock; imports nothing of Django. A condition is stored as JSON:

    {}                                                                 always
    {"field": "message.text", "op": "contains", "value": "cancel"}     one question
    {"all": [...]}, {"any": [...]}                                     at most three groups within one another, 30 questions
"""

from automations.conditions.errors import ConditionError
from automations.conditions.evaluate import LeafResult, Outcome, evaluate
from automations.conditions.fields import GROUPS, Field, Type, field_named, fields
from automations.conditions.operators import Operator, operators
from automations.conditions.parse import DEEPEST, MOST_LEAVES, parse
from automations.conditions.schema import json_schema
from automations.conditions.sentence import leaf_sentence, sentence
from automations.conditions.tree import Group, Leaf, Tree, to_json

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
