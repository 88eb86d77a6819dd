"""Who may read the trail, and deal with alerts."""

from __future__ import annotations

from snoutos.accounts.permissions import OFFICE, declare

SEE_ALERTS = declare("alerts.see", OFFICE, scope="read")
ACKNOWLEDGE = declare("alerts.acknowledge", OFFICE, scope="review")
RESOLVE = declare("alerts.resolve", OFFICE, scope="review")
DISMISS = declare("alerts.dismiss", OFFICE, scope="review")

SEE_TRAIL = declare("trail.see", OFFICE, scope="read")
EXPORT_TRAIL = declare("trail.export", OFFICE, desk=True)
