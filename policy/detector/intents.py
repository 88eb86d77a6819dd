"""Attempts to leave the platform that name no contact: asking for one, going around it, paying around it."""

import re
from collections.abc import Iterator

from policy.detector.handles import SURE as _PLATFORM
from policy.detector.intents_told import TOLD_FAMILIES, TOLD_WORDS
from policy.detector.model import Candidate
from policy.detector.wordlist import words

# No intent is said without one of these words.
TRIGGERS = words(
    "number numbers num # cell phone email e mail address contact contacts info instagram insta ig"
    " facebook fb whatsapp whats snap snapchat telegram venmo zelle paypal cashapp cash app platform"
    " site website offline outside around off directly direct middleman middle private privately"
    " personal personally side table books fee fees craigslist yelp nextdoor google linkedin tiktok"
    " online discord signal social socials handle rover listing username digits name numero telefono"
    " correo efectivo aplicacion whatsap imessage text hire separately check somewhere elsewhere"
    " anywhere drop under company agency"
)

_APP = (
    r"(?:(?:the|this|that|your) )?(?:app|apps|platform|site|website|system|company|agency|service|portal|"
    r"chat|business|office|third party)"
)
_AROUND = (
    r"(?:outside|off|without|around|instead of|not through|not on|rather than|bypass(?:ing)?|skip(?:ping)?|"
    r"avoid(?:ing)?|ditch(?:ing)?|leave|leaving|cut(?:ting)? out|go(?:ing)? around|get(?:ting)? around|work"
    r"(?:ing)? around|behind)"
)
_THEIR = r"(?:your|ur|you're|yr|(?:a|an) (?=personal|private|direct|cell|phone num|e-?mail address))"
_CONTACT = (
    r"(?:phone|cell|mobile|personal|direct|private|real|own|home|whatsapp)?\s?(?:phone |cell |mobile |"
    r"email )?"
    r"(?:number|num|digits|cell|phone|cell ?phone|mobile|e-?mail(?: address)?|contact(?: info| details)?|"
    r"whatsapp|insta(?:gram)?|ig"
    r"|facebook|fb|snap(?:chat)?|telegram|venmo|zelle|paypal|cashapp|handle|socials?|last name|username|"
    r"user name|line id|linkedin|discord|@)"
)
_PAY_APP = r"(?:venmo|zelle|paypal|cash\s?app|apple pay|cash|check|e-?transfer|bitcoin|crypto|wire)"
_MOVE = rf"(?:{_PLATFORM}|signal|text|texting|imessage|sms|e-?mail|phone|direct)"

# What is asked, in four families; each pattern is one way to say it.
_FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("ask", "asks for a way to reach someone directly", (
        rf"\b(?:what'?s|whats|what is|wats|wat is|can i (?:get|have|grab)|could i (?:get|have)|may i have|"
        rf"may i get|can u (?:give|send)"
        rf"|can you (?:give|send|share|text)(?: me| us)?|could you (?:give|send|share)(?: me| us)?|give "
        rf"(?:me|us)|send (?:me|us)|share|drop|shoot me"
        rf"|gimme|lemme get|let me (?:get|have)|need|(?:i'?d|would) (?:like|love)|mind if i (?:get|have)|"
        rf"mind (?:giving|sharing|sending)(?: me)?|get)"
        rf" {_THEIR} {_CONTACT}(?![a-z])(?: (?:so|to|and|in case|real quick)\b[^.!?\n]{{0,40}})?\??",
        rf"\b(?:do|did) (?:you|u|ya) have (?:a |an |any )?(?:{_PLATFORM}|signal|snap|personal (?:number|"
        rf"phone|cell|e-?mail)|(?:cell|phone|direct|private) (?:number|line)"
        r"|number i can (?:text|call|reach)|venmo|zelle|paypal|cashapp|e-?mail)\b(?![' ](?:photo|camera)s?)"
        r"(?:[^.!?\n]{0,30}(?:easier|faster|there|text|call))?\??",
        rf"\b(?:you|u) (?:have|got|on|use) (?:a |an )?{_PLATFORM}\?",
        r"\b(?:swap|trade|exchange|switch) (?:phone |cell )?(?:numbers|digits|contacts|contact info|info|"
        r"emails)\b",
        r"\b(?:best|good|better|direct|personal|private) (?:number|phone|cell|e-?mail|way|line) (?:to|"
        r"i can|we can|for me to) (?:reach|contact|call|text|get)\b[^.!?\n]{0,24}",
        r"\b(?:i'?ll|i can|i will|let me|lemme|i could) (?:give|send|text|slip|share|write|pass|leave)"
        r"(?: down)? (?:you |u )?my (?:number|cell|phone|contact|e-?mail|info|card|insta\w*|digits)"
        r"\b[^.!?\n]{0,30}",
        r"\b(?:dame|darme|dar|me das|me pasas|pasame|cual es) (?:tu|su) (?:numero|telefono|celular|cel|"
        r"correo|whatsapp|instagram)\b",
        rf"\b(?:can|could|would|will) (?:you|u) (?:please |pls )?(?:text|send|give|share|tell|dm)(?: me|"
        rf" us)? (?:your|ur) {_CONTACT}(?![a-z])",
        r"\b(?:shoot|send|drop|text) (?:me|us) (?:an? )?(?:e-?mail|text|dm|message) (?:instead|directly|"
        r"outside|privately)\b[^.!?\n]{0,20}",
        r"\b(?:do|take|accept|offer)(?: you)?(?: do| take)? private (?:bookings?|jobs|clients?|gigs|visits|"
        r"walks|sits)\b",
        r"\b(?:chat|talk|text|message|connect|book|work|meet)\b[^.!?\n]{0,16} outside (?:of )?(?:here|this)"
        r"\b",
        r"\b(?:chat|talk|text|message|continue|meet|connect)\b[^.!?\n]{0,16} (?:somewhere|some place|"
        r"anywhere) (?:else|other than|private)[^.!?\n]{0,20}\??",
        rf"\b(?:are|r) (?:you|u) on (?:{_PLATFORM})\b\??",
    )),
    ("around", "suggests dealing directly", (
        rf"\b(?:text|call|message|msg|contact|reach|book|hire|pay|talk|chat|deal|work|arrange|schedule|"
        rf"meet|communicate|do (?:it|this|that|business)|continue|move this|plan|take this|take it)"
        rf"\b[^.!?\n]{{0,24}}\b{_AROUND} (?:of )?{_APP}\b[^.!?\n]{{0,20}}",
        rf"\b(?:skip|bypass|avoid|ditch|drop|leave|cut out|go around|get around|work around|circumvent|"
        rf"sidestep|not use|stop using|without using|quit) {_APP}\b"
        rf"(?! (?:notif\w*|update|store|icon|login|photos?|is|was|and))(?: fees?)?[^.!?\n]{{0,24}}",
        r"\b(?:cut(?:ting)?|skip(?:ping)?|lose|remove|ditch) (?:out )?the middle\s?man\b",
        r"\b(?:call|text|message|msg|contact|book|hire|pay|reach|deal|work|email|dm)(?:ing)?(?: with| for)"
        r"? (?:me|us|you|him|her|the sitter)?\s?(?:direct|directly|privately|personally|separately|"
        r"on the side)\b(?! (?:after|behind|under|in front|above|across|to the))[^.!?\n]{0,24}",
        r"\b(?:book|hire|deal|work|arrange|talk|pay|schedule)(?:ing)? (?:it |this |things )?(?:direct|"
        r"directly|privately|off the books|on the side|off app|off-app|offline)\b[^.!?\n]{0,24}",
        r"\b(?:do|did|doing|arrange|handle|keep|have) (?:this|it|that|these) (?:privately|off the books|"
        r"on the side|between us|off app|off-app|under the table|directly|direct)\b(?! (?:after|before|at|when))[^.!?\n]{0,24}",
        r"\b(?:take|move|bring|switch|continue) (?:this|it|things|the conversation|our chat|our convo|"
        r"the chat|us) (?:offline|off line|off here|off app|off-app|elsewhere|off the app|private|"
        r"somewhere else)\b(?! (?!and|so|to|i|please|pls|later|now|for|then|we|if|ok)[a-z])[^.!?\n]{0,40}",
        rf"\b(?:move|switch|go|hop|jump|continue|chat|talk|text|message|connect|meet|ping|hit|reach|call|"
        rf"hmu)(?: this| it| over|"
        rf" me| us)* (?:to|on|over on|over to|via|onto) (?:{_PLATFORM}|signal)\b(?! (?:was|is|are))"
        rf"[^.!?\n]{{0,24}}",
        rf"\b(?:don\W?t|dont|no need to|rather not|not|never) (?:have to )?(?:go|book|pay|schedule|message|"
        rf"use|do it|text|reply|talk)(?: me)? (?:thru|through|via|on|in) {_APP} (?:next|again|any ?more|"
        rf"from now|for)[^.!?\n]{{0,24}}",
        rf"\b(?:don\W?t|no need to|rather not|we (?:can|could) not|without) (?:go(?:ing)?|us(?:e|ing)|pay"
        rf"(?:ing)?) (?:through |thru |via )?{_APP}(?: next time| any ?more| again)\b",
        r"\b(?:on|to|at) my (?:personal|private|own|real|other) (?:cell|phone|number|e-?mail|mobile|line)\b",
        r"\b(?:text|call|message|reach|contact) (?:me|us) (?:on|at) my (?:cell|phone|mobile)\b(?! if)",
        r"\bside (?:deal|arrangement|gig with)\b",
        r"\b(?:text|call|message) me (?:from|on|with) (?:your|ur) (?:own |real |personal )?(?:phone|cell|"
        r"number)\b",
        r"\boff (?:the )?(?:books|app|platform)\b(?! (?:by|switch))",
    )),
    ("pay", "suggests paying directly", (
        rf"\b(?:pay|paid|tip|paying|send|give)(?: it| you| me| us| u| the rest| for (?:it|this|that))? "
        rf"(?:directly |direct )?(?:in |with |by |via |through |using )?{_PAY_APP}\b(?: (?:instead|"
        rf"directly|next time|if|so|and|cheaper|under)[^.!?\n]{{0,30}}|(?=[.!?\n,]|$))",
        rf"\b(?:do|would|could|can|will|cud|wud) (?:you|u|ya|we|i) (?:take|accept|do|use|prefer|pay|send)"
        rf"(?: you| u| me)?(?: with| in| by| via)? {_PAY_APP}\b[^.!?\n]{{0,60}}\??",
        r"\b(?:can|could|should|may|let|lemme|let me|ill|i'll|i can|just) (?:i |me |we )?(?:just )?"
        r"(?:venmo|zelle|paypal|cash\s?app) (?:you|u|me|it|ya)\b[^.!?\n]{0,30}",
        rf"\b(?:prefer|rather have|rather get|cheaper|discount|deal|less|lower rate|save)[^.!?\n]{{0,30}}\b"
        rf"(?:{_PAY_APP}|skip|direct(?:ly)?|off the app|without the app|privately)\b[^.!?\n]{{0,24}}",
        rf"\b{_PAY_APP} (?:is|would be|works?) (?:cheaper|better|easier|fine with me|best|preferred)"
        rf"\b[^.!?\n]{{0,24}}",
        r"\b(?:off the books|under the table|cash in hand|cash only|on the side for cash)\b",
        r"\b(?:pay|paying|paid|tip)(?:s)? (?:you|me|us|u|him|her|the sitter|the walker)? ?(?:direct|"
        r"directly|under|separately|privately)\b[^.!?\n]{0,30}",
        r"\b(?:avoid|skip|save|dodge|without|no|not pay|evade)(?: on)?(?: all)?(?: of)?(?: the| those|"
        r" that| these| their)? (?:app|platform|service|booking|company|processing|extra|agency) (?:fees?|"
        r"cut|charges?|commission|percentage)\b[^.!?\n]{0,24}",
        r"\b(?:app|platform|company|they|agency|site) (?:takes?|keeps?|charges?)[^.!?\n]{0,24}(?:cut|fee|"
        r"percent|%|commission)[^.!?\n]{0,30}(?:direct|cash|venmo|zelle|instead|skip|outside)[^.!?\n]{0,16}",
        r"\b(?:pagar|pagas|pago|pagarte|pagame)(?: en| directo| directamente)? (?:efectivo|directo|"
        r"por fuera)\b",
    )),
    ("search", "tells how to be found elsewhere", (
        rf"\b(?:find|look|search|add|follow|friend|google|dm|message|check)(?: for)? (?:me|us|my (?:name|"
        rf"page|profile|listing|business|ad|website|site|insta\w*|facebook|fb))(?: up)?(?: out)?(?: for)?"
        rf"(?: on| in| under| at| via)? (?:{_PLATFORM}|google|online|the web|yelp|craigslist|social media)"
        rf"\b[^.!?\n]{{0,60}}",
        r"\bgoogle (?:me|us|my name|my business|my company|my full name|our name)\b[^.!?\n]{0,40}",
        r"\b(?:i'?m|im|i am|we'?re|we are) (?:really |very |super )?easy to find (?:on(?:line)?|in)"
        r"\b[^.!?\n]{0,40}",
        r"\b(?:my|our) (?:listing|ad|page|profile|website|site|business) (?:is )?(?:on|under) "
        r"(?:craigslist|yelp|google|nextdoor|facebook|fb|rover|wag|care\.com)\b[^.!?\n]{0,40}",
        r"\bsearch (?:for )?(?:my name|me|us|my business|\"[^\"\n]{3,30}\") (?:on|in|online)\b[^.!?\n]{0,30}",
    )),
)  # fmt: skip
_COMPILED = tuple(
    (
        family,
        reason,
        TOLD_WORDS.get(family, TRIGGERS),
        re.compile("|".join(f"(?:{pattern})" for pattern in patterns)),
    )
    for family, reason, patterns in (*_FAMILIES, *TOLD_FAMILIES)
)

# The rules of the house, quoted or kept, are no attempt to break them.
_REFUSED = re.compile(
    r"\b(?:never|not allowed|aren\W?t allowed|isn\W?t allowed|can\W?t|cannot|can not|may not|mustn\W?t|"
    r"must not|shouldn\W?t|should not"
    r"|against (?:the )?(?:policy|rules)|please keep|do not|don\W?t (?:take|accept|share|give|text|call|"
    r"message|send|pay|contact|ever)"
    r"|please don\W?t|won\W?t|no longer|reminder|policy|we don\W?t|asked us not|told us not|not to)"
    r"\b[^.!?\n]{0,48}$"
    r"|\b(?:office|company|they|agency|rover|insurance|app)(?: will| can|'ll| should)? $"
)
_SETTLED = re.compile(
    r"\b(?:as usual|for the (?:groomer|vet|plumber|cleaner|gardener|pizza|food|delivery))\b|"
    r"\bon the counter\b"
)


def intents(text: str, words: frozenset[str]) -> Iterator[Candidate]:
    """Candidates in a lower-case view; `words` are its words."""
    for family, reason, triggers, pattern in _COMPILED:
        if words.isdisjoint(triggers):
            continue
        for match in pattern.finditer(text):
            sentence = text[max(0, match.start() - 80) : match.start()]
            settled = family != "hand_over" and _SETTLED.search(text[match.start() : match.end() + 24])
            if settled or _REFUSED.search(sentence):
                continue
            end = match.start() + len(match[0].rstrip(" ,;"))
            yield Candidate("intent", match.start(), end, 0.7, (reason,), f"intent.{family}")
