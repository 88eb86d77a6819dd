"""Rules an owner makes, each version of them, and every time one ran."""

from automations.models.events import ExternalEvent
from automations.models.executions import Execution, ExecutionState, Step, StepState
from automations.models.limits import Limits
from automations.models.rules import Automation, AutomationVersion, Lane, VersionState

__all__ = [
    "Automation",
    "AutomationVersion",
    "Execution",
    "ExecutionState",
    "ExternalEvent",
    "Lane",
    "Limits",
    "Step",
    "StepState",
    "VersionState",
]
