"""Where the apps' APIs are mounted, with their schema and its page."""

ENUM_NAMES = {
    "AccountRole": "snoutos.accounts.roles.Role",
    "ActorKind": "audit.models.ActorKind",
    "AlertSeverity": "audit.models.Severity",
    "AlertState": "audit.models.AlertState",
    "AttemptState": "messaging.models.deliveries.AttemptState",
    "AuthorKind": "messaging.models.messages.AuthorKind",
    "AutomationLane": "automations.models.rules.Lane",
    "AutomationState": "automations.models.rules.VersionState",
    "DeliveryState": "messaging.models.deliveries.DeliveryState",
    "ExecutionState": "automations.models.executions.ExecutionState",
    "FindingKind": "policy.models.FindingKind",
    "MediaState": "messaging.models.messages.MediaState",
    "MessageState": "messaging.models.messages.MessageState",
    "NumberRole": "messaging.models.numbers.NumberRole",
    "NumberState": "messaging.models.numbers.NumberState",
    "OverrideTarget": "messaging.models.assignments.OverrideTarget",
    "ParticipantRole": "messaging.models.threads.Role",
    "ScreeningAction": "policy.models.Action",
    "StepState": "automations.models.executions.StepState",
    "ThreadKind": "messaging.models.threads.ThreadKind",
    "ThreadState": "messaging.models.threads.ThreadState",
    "ViolationResolution": "policy.models.Resolution",
    "VisitType": "messaging.models.assignments.VisitType",
}
"""What the schema calls each set of choices. Import paths, so that settings may name it."""
