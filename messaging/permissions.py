"""Who may read conversations and people, write, and change how texts travel."""

from __future__ import annotations

from snoutos.accounts.permissions import OFFICE, OFFICE_AND_SYSTEMS, OWNERS, WHO_MAY_SIT, declare

SEE_CONVERSATIONS = declare("conversations.see", OFFICE_AND_SYSTEMS, scope="read")
MARK_READ = declare("conversations.mark_read", OFFICE_AND_SYSTEMS, scope="read")
OPEN_CONVERSATION = declare("conversations.open", OFFICE_AND_SYSTEMS, scope="send")
CLOSE_CONVERSATION = declare("conversations.close", OFFICE_AND_SYSTEMS, scope="send")
REOPEN_CONVERSATION = declare("conversations.reopen", OFFICE_AND_SYSTEMS, scope="send")
TRIAGE = declare("conversations.triage", OFFICE_AND_SYSTEMS, scope="send")
LINK_CONVERSATION = declare("conversations.link", OFFICE)
MOVE_CONVERSATION = declare("conversations.move", OFFICE, scope="send")
BLOCK = declare("conversations.block", OFFICE, scope="send")
SEND = declare("messages.send", OFFICE_AND_SYSTEMS, scope="send")
ADD_NOTE = declare("notes.add", OFFICE_AND_SYSTEMS, scope="send")

# A sitter's own face: what of a conversation they may read is `routing.access`. Who works in the office may sit too.
SEE_OWN_CONVERSATIONS = declare("own_conversations.see", WHO_MAY_SIT, scope="read", desk=False)
SEND_AS_SITTER = declare("own_conversations.send", WHO_MAY_SIT, scope="send", desk=False)
END_OWN_SIGN_IN = declare("own_sign_in.end", WHO_MAY_SIT, scope="send", desk=False)

SEE_REVIEW = declare("review.see", OFFICE, scope="review")
DECIDE = declare("review.decide", OFFICE, scope="review")
DECIDE_REVOCATION = declare("revocations.decide", OFFICE, scope="review")

SEE_DELIVERIES = declare("deliveries.see", OFFICE_AND_SYSTEMS, scope="read")
SEND_ONCE_MORE = declare("deliveries.retry", OFFICE, scope="send")
SEND_AGAIN = declare("deliveries.send_again", OFFICE, scope="send")
LEAVE_UNSENT = declare("deliveries.leave", OFFICE, scope="send")

SEE_WINDOWS = declare("windows.see", OFFICE_AND_SYSTEMS, scope="read")
CREATE_WINDOW = declare("windows.create", OFFICE_AND_SYSTEMS, scope="windows")
MOVE_WINDOW = declare("windows.move", OFFICE_AND_SYSTEMS, scope="windows")
HAND_OVER_WINDOW = declare("windows.hand_over", OFFICE_AND_SYSTEMS, scope="windows")
END_WINDOW = declare("windows.end", OFFICE_AND_SYSTEMS, scope="windows")
CANCEL_WINDOW = declare("windows.cancel", OFFICE_AND_SYSTEMS, scope="windows")
SEE_OVERRIDES = declare("overrides.see", OFFICE_AND_SYSTEMS, scope="read")
SET_OVERRIDE = declare("overrides.set", OFFICE, scope="windows")
REMOVE_OVERRIDE = declare("overrides.remove", OFFICE, scope="windows")

SEE_CLIENTS = declare("clients.see", OFFICE_AND_SYSTEMS, scope="read")
ADD_CLIENT = declare("clients.add", OFFICE_AND_SYSTEMS, scope="windows")
CHANGE_CLIENT = declare("clients.change", OFFICE)
MERGE_CLIENTS = declare("clients.merge", OFFICE, scope="windows")
CHANGE_PHONE = declare("clients.change_phone", OFFICE, scope="windows")
SEE_SITTERS = declare("sitters.see", OFFICE_AND_SYSTEMS, scope="read")
CHANGE_SITTER = declare("sitters.change", OFFICE, scope="windows")
SITTER_OUT = declare("sitters.out", OFFICE_AND_SYSTEMS, scope="windows")
UNLOCK_SITTER = declare("sitters.unlock", OFFICE)
SEE_MEMBERS = declare("members.see", OFFICE, scope="read", desk=False)
# One's own; anyone else's takes who manages members (`phones.members`).
CHANGE_MEMBER_PHONE = declare("members.change_phone", OFFICE, scope="windows")
# Both change numbers and sign-ins, which are the owner's.
ONBOARD_SITTER = declare("sitters.onboard", OWNERS, scope="windows")
OFFBOARD_SITTER = declare("sitters.offboard", OWNERS, scope="windows")
SIGN_IN_SITTER = declare("sitters.sign_in", OWNERS)
# Who may add people by hand may add many at once, and take back what nobody has used.
IMPORT_PEOPLE = declare("people.import", OFFICE, scope="windows")
EXPORT_PEOPLE = declare("people.export", OFFICE, scope="read")
SEE_OPT_OUTS = declare("consent.see", OFFICE)
CHANGE_CONSENT = declare("consent.change", OFFICE)
SEE_CONSENT = declare("consent.given.see", OFFICE_AND_SYSTEMS, scope="read")
RECORD_CONSENT = declare("consent.given.record", OFFICE_AND_SYSTEMS, scope="windows")

SEE_NUMBERS = declare("numbers.see", OFFICE_AND_SYSTEMS, scope="read")
MANAGE_NUMBERS = declare("numbers.manage", OWNERS, scope="windows")
MANAGE_PROVIDER = declare("provider.manage", OWNERS)
COMPARE_PROVIDER = declare("provider.compare", OWNERS, scope="windows")
# Only ever towards SnoutOS itself, so a key that leaks can lead nothing elsewhere by it.
REPAIR_PROVIDER = declare("provider.repair", OWNERS, scope="windows")
SEE_WEBHOOK_CALLS = declare("webhook_calls.see", OWNERS)
PROCESS_AGAIN = declare("webhook_calls.process_again", OWNERS)

# The desk's settings page changes them among the other settings.
SEE_HOURS = declare("hours.see", OFFICE_AND_SYSTEMS, scope="read", desk=False)
CHANGE_HOURS = declare("hours.change", OWNERS, scope="windows", desk=False)

SEE_ALERTING = declare("alerting.see", OFFICE, scope="read", desk=False)
# Never by a key: one that leaks must not lead alerts elsewhere.
CHOOSE_ALERTING = declare("alerting.choose", OWNERS)
