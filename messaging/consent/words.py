"""The words by which people say STOP, START and HELP (provider's documentation; 47 CFR 64.1200(a)(10))."""

from __future__ import annotations

from messaging.models.consent import ConsentKind

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

# Also a plain answer: it changes something only for a phone that had said STOP.
YES = "YES"

# Words that, from a client with a visit near, probably meant the visit.
ABOUT_A_VISIT = frozenset({"CANCEL", "END"})

_BY_TYPE = {"STOP": ConsentKind.OPTED_OUT, "START": ConsentKind.OPTED_IN, "HELP": ConsentKind.HELP}


def read(body: str, opt_out_type: str = "") -> tuple[ConsentKind, str] | None:
    """What `body` says about consent and the word that says it, or None.

    `opt_out_type` is the provider's own reading, which goes first. Only a text that is the word alone counts; a full stop or exclamation
    mark after STOP does not save us from having been told to stop.
    """
    word = body.strip().upper()
    bare = word.rstrip(".! ")
    if opt_out_type in _BY_TYPE:
        return _BY_TYPE[opt_out_type], bare[:40] or opt_out_type
    if bare in STOP:
        return ConsentKind.OPTED_OUT, bare
    if word in START:
        return ConsentKind.OPTED_IN, word
    if word in HELP:
        return ConsentKind.HELP, word
    return None
