"""What takes the danger out of a sentence: a negation, a condition, the past, a question, a happy end, a joke."""

from __future__ import annotations

import re

NEGATED = re.compile(
    r"\b(?:no|not|isn'?t|wasn'?t|aren'?t|weren'?t|never|without|hasn'?t|haven'?t|hadn'?t|didn'?t|doesn'?t|don'?t|nothing(?:'s)?|neither|"
    r"nobody|zero|stopped|ningun\w*|sin|nunca|nada|tampoco)(?:\s+[\w']+){0,3}\s*$"
)
CONDITION = re.compile(
    "|".join(
        (
            r"(?<!know )(?<!sure )(?<!see )(?<!tell )(?<!wonder )\bif (?:he|she|it|they|anything|something|anyone|there|the|any|"
            r"my|your|[a-z]+ (?:gets?|has|is|starts?|seems?|looks?))\b",
            r"\bin case\b",
            r"\bunless\b",
            r"\bfor (?:any )?emergenc\w+\b",
            r"\bsi (?:se|le|el|la|lo|hay|tiene|pasa|ves)\b",
            r"\ben caso\b",
            r"\bpara que\b",
            r"\bmake sure\b",
            r"\bdon'?t (?:let|give|feed)\b",
            r"\b(?:never|please don'?t|do not) (?:let|give|feed|leave)\b",
            r"\bkeep\b",
            r"\b(?:afraid|scared) of\b",
            r"\ballergic to\b",
            r"\bno (?:le|lo) (?:des|dejes)\b",
            r"\bwhat (?:counts|happens)\b",
            r"\bwhat if\b",
            r"\b(?:can'?t|not allowed|isn'?t allowed) (?:to )?have\b",
            r"\bprone to\b",
            r"\bmeds? for\b",
            r"\bpara (?:la|las|los|el)\b",
        )
    )
)
HISTORY = re.compile(
    "|".join(
        (
            r"\blast (?:year|month|summer|winter|spring|fall|time|christmas|week)\b",
            r"\b(?:years?|months?|weeks?) ago\b",
            r"\b(?:he|she|they|it) once\b",
            r"\bused to\b",
            r"\bin the past\b",
            r"\bas a (?:pup\w*|kitten|baby|kid)\b",
            r"\bhistory of\b",
            r"\bwhen (?:he|she) was (?:a|little|young)\b",
            r"\bin years\b",
            r"\bhace (?:anos?|meses|semanas)\b",
            r"\bel (?:ano|mes) pasado\b",
            r"\b(?:movie|film|novel|episode|tv show|series)\b",
        )
    )
)
QUESTION = re.compile(
    r"^\W*(?:what|what's|who|who's|which|do you|does|any|is there|is this|are there|how (?:much|do|"
    r"far)|where's (?:the|your)|cual|que|hay)\b"
)
ENDED = re.compile(
    "|".join(
        (
            r"\bfalse alarm\b",
            r"\bfound (?:him|her|them|it|the|my|our)\b",
            r"\b(?:he|she|they)(?:'s| is| are) (?:back|home|safe|found)\b",
            r"\bcame back\b",
            r"\bturn(?:s|ed) out\b",
            r"\bback home\b",
            r"\bya (?:aparecio|volvio|lo encontr\w+|la encontr\w+)\b",
        )
    )
)
JOKE = re.compile(r"\b(?:lol|lmao|rofl|haha\w*|jaja\w*|jk|hehe\w*)\b|😂|🤣|😅")
