"""Who may read automations, and change what texts clients. Only people decide that: no connected system does."""

from __future__ import annotations

from snoutos.accounts.permissions import OFFICE, OFFICE_AND_SYSTEMS, OWNERS, declare

SEE = declare("automations.see", OFFICE_AND_SYSTEMS, scope="read")
CREATE = declare("automations.create", OFFICE, scope="automations")
CHANGE = declare("automations.change", OFFICE, scope="automations")
# A test shows clients' words.
TEST = declare("automations.test", OFFICE, scope="automations")
ACTIVATE = declare("automations.activate", OFFICE, scope="automations")
PAUSE = declare("automations.pause", OFFICE, scope="automations")
RESUME = declare("automations.resume", OFFICE, scope="automations")
ARCHIVE = declare("automations.archive", OFFICE, scope="automations")
# The key that signs calls to other systems: who may see it may change it.
CHANGE_SECRET = declare("automations.change_secret", OWNERS, scope="automations")
CHANGE_LIMITS = declare("automations.change_limits", OWNERS)

SEE_CANNED_REPLIES = declare("canned_replies.see", OFFICE_AND_SYSTEMS, scope="read")
CHANGE_CANNED_REPLIES = declare("canned_replies.change", OFFICE)

SEE_EVENTS = declare("events.see", OFFICE_AND_SYSTEMS, scope="read", desk=False)
REPORT_EVENT = declare("events.report", OFFICE_AND_SYSTEMS, scope="events", desk=False)
