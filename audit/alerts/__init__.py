"""What the owner should look at: one constructor per known kind, and the verbs that finish an alert.

Titles and details are fixed sentences with counts and codes at most: never a body, a name, a phone or an
address.
"""

from audit.alerts.arrivals import (
    cancel_near_visit,
    fallback_used,
    number_quarantined_text,
    number_unknown,
    receipt_quarantined,
    revocation,
    signature_rejected,
    texts_missed,
    unmapped_pool,
)
from audit.alerts.deliveries import (
    account_credentials,
    account_unreachable,
    delivery_dead_letter,
    delivery_failed,
    delivery_parked,
    delivery_sent_twice,
    number_health,
    pool_exhausted,
)
from audit.alerts.finishing import acknowledge, dismiss, resolve, settle
from audit.alerts.notice import Notice
from audit.alerts.rules import (
    automation_limit_reached,
    automation_notice,
    automation_occurrence_given_up,
    automation_paused,
    automation_skipped_late,
    automation_unreadable,
)
from audit.alerts.screening import (
    detector_failed,
    emergency,
    policy_held,
    policy_repeat,
    review_waiting,
    sitter_locked,
)

__all__ = [
    "Notice",
    "account_credentials",
    "account_unreachable",
    "acknowledge",
    "automation_limit_reached",
    "automation_notice",
    "automation_occurrence_given_up",
    "automation_paused",
    "automation_skipped_late",
    "automation_unreadable",
    "cancel_near_visit",
    "delivery_dead_letter",
    "delivery_failed",
    "delivery_parked",
    "delivery_sent_twice",
    "detector_failed",
    "dismiss",
    "emergency",
    "fallback_used",
    "number_health",
    "number_quarantined_text",
    "number_unknown",
    "policy_held",
    "policy_repeat",
    "pool_exhausted",
    "receipt_quarantined",
    "resolve",
    "review_waiting",
    "revocation",
    "settle",
    "signature_rejected",
    "sitter_locked",
    "texts_missed",
    "unmapped_pool",
]
