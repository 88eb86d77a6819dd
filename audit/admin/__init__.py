"""The owner's pages about alerts and the trail."""

from audit.admin.alerts import AlertAdmin
from audit.admin.trail import AuditEventAdmin

__all__ = ["AlertAdmin", "AuditEventAdmin"]
