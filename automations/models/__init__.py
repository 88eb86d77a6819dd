"""Rules an owner makes, each version of them, and every time one ran."""

from automations.models.canned import CannedReply
from automations.models.executions import Execution, ExecutionState, ExternalEvent, Step, StepState
from automations.models.rules import Automation, AutomationVersion, Lane, Limits, VersionState

__all__ = [
    "Automation",
    "AutomationVersion",
    "CannedReply",
    "Execution",
    "ExecutionState",
    "ExternalEvent",
    "Lane",
    "Limits",
    "Step",
    "StepState",
    "VersionState",
]
