"""What audit refuses, each with its code, its sentence for people, and whether trying again can help."""

from __future__ import annotations

from typing import ClassVar


class AuditError(RuntimeError):
    """Base of this app's errors."""

    code: ClassVar[str] = "audit_error"
    sentence: ClassVar[str] = "The audit trail refused this."
    retry: ClassVar[bool] = False

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class OutsideTransactionError(AuditError):
    """`recording()` was entered outside a transaction: change and record could part company."""

    code = "audit_outside_transaction"
    sentence = "Changes are recorded inside the transaction that makes them."


class NotRecordingError(AuditError):
    """Something was to be recorded with no `recording()` block around it, or after the block had ended."""

    code = "audit_not_recording"
    sentence = "Nothing can be recorded outside a recording() block."


class PersonalDataError(AuditError):
    """A value of an event, occurrence or alert is not an id, enum, count or time."""

    code = "audit_personal_data"
    sentence = "The audit trail keeps ids, enums, counts and times only."


class CriticalAlertError(AuditError):
    """Somebody tried to dismiss a critical alert."""

    code = "alert_critical"
    sentence = "Critical alerts can't be dismissed. Resolve it once the problem is fixed."


class AlertFinishedError(AuditError):
    """The alert was resolved or dismissed before."""

    code = "alert_finished"
    sentence = "This alert is already closed."


class SealInProgressError(AuditError):
    """Another process is sealing now."""

    code = "seal_in_progress"
    sentence = "Another process is sealing the audit trail."
    retry = True
