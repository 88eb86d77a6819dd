"""Reading a text that a phone or a system sent by itself: "I'm driving …", "This is an automated message", "Automatic reply: …".

Pure: words in, yes or no out. Nothing is answered by itself to such a text (`product.md`, Automations): two systems that answer each other
would go on for ever. The forms are the defaults of Apple's Focus and of Android Auto, the marks that systems and carriers put at the
beginning of their own texts, and the sentences by which programs say that nobody reads them; in English, Spanish and French.
What a person types on the way ("I'm driving, call you at 5") is none.
"""

from __future__ import annotations

import re
import unicodedata

_APOSTROPHES = str.maketrans("’‘`´", "''''")

# What stands first and says it all: "[Auto-Reply]", "Automatic reply:", "Respuesta automática:".
_MARKS = re.compile(
    r"^[\W_]*(?:"
    r"auto(?:matic|mated)?[\s-]?(?:reply|response|responder|message|text|notification)"
    r"|(?:respuesta|mensaje|contestaci[oó]n) autom[aá]tic[oa]"
    r"|(?:r[eé]ponse|message) automatique"
    r"|out of (?:the )?office(?: auto-?reply)?"
    r"|do[\s-]?not[\s-]?reply|no[\s-]?reply"
    r")\s*[\])*:>|–—-]",
    re.I,
)

# A phone whose driver is not to be disturbed.
_DRIVING = re.compile(
    r"\bi'?m (?:currently )?driving (?:with|and have) .{0,40}\bturned on\b"
    r"|\bi'?ll see your message when i (?:get where i'?m going|arrive|stop|get there)\b"
    r"|^\W*i'?m driving right now\W+"
    r"(?:i'?ll (?:get back to|talk to|reply to|text) you (?:later|soon|when i (?:arrive|can|stop|get there)))?\W*$"
    r"|^\W*(?:sorry,? )?i can'?t (?:talk|text|answer|respond) (?:right )?now\W+i'?m driving(?: right now)?\W*$"
    r"|\bif this is urgent, reply .{0,3}urgent\b"
    r"|\bi'?m not receiving notifications\b"
    r"|\bi have (?:silenced|my) notifications (?:silenced|turned off)\b"
    r"|\bestoy (?:conduciendo|manejando) con .{0,40}\bactivad[oa]\b"
    r"|\bver[eé] tu mensaje cuando llegue\b"
    r"|\bje (?:suis au volant|conduis) .{0,40}\bactiv[ée]e?\b"
    r"|\bje verrai votre message [àa] mon arriv[ée]e\b",
    re.I,
)

# A system that says of itself that it is one, or that nobody reads what comes back.
_A_SYSTEM = re.compile(
    r"\bthis is an? (?:auto(?:matic|mated)?|system[\s-]generated)[\s-]?(?:\w+[\s-]){0,2}"
    r"(?:message|reply|response|text|notification|alert)\b"
    r"|\bthis (?:number|inbox|mailbox|line|phone number|phone) (?:is (?:not|un)[\s-]?(?:monitored|attended|staffed)|isn'?t monitored"
    r"|(?:does not|doesn'?t|cannot|can'?t) (?:accept|receive|get) (?:incoming |inbound )?(?:text|sms|repl|message|call))"
    r"|\bplease do not (?:reply|respond) to this (?:message|text|number|sms)\b"
    r"|\breplies (?:to this (?:message|number) )?are not (?:monitored|read)\b"
    r"|\b(?:text|reply|send|txt) (?:\W)?stop(?:\W)? (?:to|2) (?:opt[\s-]?out|unsubscribe|cancel|end|quit|stop)\b"
    r"|\bm(?:essa)?s?ge? ?(?:&|and|&amp;|/) ?data rates may apply\b"
    r"|\byou have (?:successfully )?(?:been )?(?:un|re)-?subscribed\b"
    r"|\beste (?:es un )?mensaje (?:es )?(?:fue generado )?autom[aá]tic(?:o|amente)\b|\beste es un mensaje autom[aá]tico\b"
    r"|\bno responda (?:a )?este (?:mensaje|n[uú]mero|sms|texto)\b"
    r"|\bceci est un (?:message|sms|r[eé]ponse) automatique\b|\bmerci de ne pas r[eé]pondre [àa] ce (?:message|sms)\b",
    re.I,
)
# "We received your message and will get back to you": a business' reply to whoever writes. Both halves, in the plural of a firm.
_RECEIVED = re.compile(
    r"\b(?:thank you|thanks) for (?:contacting|texting|messaging|reaching out to|your (?:message|text|inquiry))\b",
    re.I,
)
_WILL = re.compile(
    r"\b(?:we|someone|a (?:member|representative|team member)|an agent|our team)\b.{0,60}\b(?:will|'ll|have received|has received)\b"
    r"|\bwe(?:'ve| have) received your\b|\bour (?:office|business) hours are\b|\bwe are (?:currently )?closed\b",
    re.I | re.S,
)
_LONGEST = 1600


def is_one(body: str) -> bool:
    """Whether `body` was sent by a phone or a system by itself."""
    text = _plain(body[:_LONGEST])
    if any(form.search(text) for form in (_MARKS, _DRIVING, _A_SYSTEM)):
        return True
    return _RECEIVED.search(text) is not None and _WILL.search(text) is not None


def _plain(body: str) -> str:
    """Without the invisible characters and the curled quotes of phones, on one line."""
    seen = "".join(char for char in body if unicodedata.category(char) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).translate(_APOSTROPHES).split())
