"""What to do about a difference between SnoutOS and the provider: one sentence for each, and the button that repairs it."""

from __future__ import annotations

from types import MappingProxyType

from messaging.models.differences import DifferenceKind as Kind

_SET = "Set the webhooks again, and the provider sends them here."

ADVICE: MappingProxyType[Kind, str] = MappingProxyType(
    {
        Kind.CREDENTIALS: "No texts go out. Correct the auth token or API key on the account's page.",
        Kind.SUSPENDED: "No texts go out. Sign in to the provider to see why, then compare again.",
        Kind.CLOSED: "No texts go out or come in. Connect another account.",
        Kind.NUMBER_GONE: "Nothing goes out from it or comes in. Release it here; the next page shows what that touches.",
        Kind.TEXTS: f"Clients' texts may not reach you. {_SET}",
        Kind.BACKUP: f"Texts can get lost when SnoutOS's first address doesn't answer. {_SET}",
        Kind.CALLS: f"Callers don't hear your sentence, and you don't see their calls. {_SET}",
        Kind.UNUSED: "Add it, if you want to use it here. Texts to it don't come to SnoutOS.",
        Kind.UNRETURNED: "Return it to the provider on its page, if you don't need it.",
        Kind.SERVICE_GONE: "Texts that name it are refused. Stop using it here, or correct its SID on the account's page.",
        Kind.SERVICE_TEXTS: "Clients' texts may not reach you. Set its addresses again, and the provider sends them here.",
        Kind.SERVICE_BACKUP: "Texts can get lost when SnoutOS's first address doesn't answer. Set its addresses again.",
        Kind.SERVICE_SENDER: "Sticky Sender is off there: what others send through it may reach a client from different numbers. "
        "SnoutOS's own texts always keep their number.",
    }
)

# The button, where SnoutOS can repair it by itself.
REPAIR: MappingProxyType[Kind, str] = MappingProxyType(
    {
        Kind.TEXTS: "Set webhooks",
        Kind.BACKUP: "Set webhooks",
        Kind.CALLS: "Set webhooks",
        Kind.SERVICE_GONE: "Stop using it",
        Kind.SERVICE_TEXTS: "Set its addresses",
        Kind.SERVICE_BACKUP: "Set its addresses",
        Kind.SERVICE_SENDER: "Turn Sticky Sender on",
    }
)
