"""Who may read what screening found, and decide what it lets through."""

from __future__ import annotations

from snoutos.accounts.permissions import OFFICE, OWNERS, declare

SEE_VIOLATIONS = declare("violations.see", OFFICE, scope="review")
EXPORT_VIOLATIONS = declare("violations.export", OFFICE, scope="review")
SEE_ALLOWED = declare("allowed_contacts.see", OFFICE)
# What is on the list leaves unseen from then on, so it is the owner's to say; they may lend it to the staff.
CHANGE_ALLOWED = declare(
    "allowed_contacts.change", OWNERS, scope="review", lent_by="staff_may_allow_contacts"
)
CHANGE_RULES = declare("screening_rules.change", OWNERS)
