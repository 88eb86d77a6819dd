"""What the forms of the desk accept. Each says in words what is missing; what a verb refuses is the verb's to say."""

from snoutos.desk.forms.automations import LimitsForm, SceneForm
from snoutos.desk.forms.base import DeskForm, TextForm, nonce
from snoutos.desk.forms.decisions import AllowForm, DecisionForm, TogetherForm
from snoutos.desk.forms.numbers import (
    BoughtNumberForm,
    MoveForm,
    NumbersListForm,
    OwnedNumberForm,
    VacatingForm,
)
from snoutos.desk.forms.people import BY_HAND, ConsentForm, JoiningForm, LeavingForm, NewClientForm, StartForm
from snoutos.desk.forms.triage import GiveForm, SnoozeForm, TagsForm
from snoutos.desk.forms.visits import OVERRIDES, AssignForm, HandOverForm, OverrideForm, SitterOutForm

__all__ = [
    "BY_HAND",
    "OVERRIDES",
    "AllowForm",
    "AssignForm",
    "BoughtNumberForm",
    "ConsentForm",
    "DecisionForm",
    "DeskForm",
    "GiveForm",
    "HandOverForm",
    "JoiningForm",
    "LeavingForm",
    "LimitsForm",
    "MoveForm",
    "NewClientForm",
    "NumbersListForm",
    "OverrideForm",
    "OwnedNumberForm",
    "SceneForm",
    "SitterOutForm",
    "SnoozeForm",
    "StartForm",
    "TagsForm",
    "TextForm",
    "TogetherForm",
    "VacatingForm",
    "nonce",
]
