"""English: what asks for no more texts, and what takes it back."""

from __future__ import annotations

from policy.revocation.english import alone, circumstances
from policy.revocation.english.refusals import FORBIDDING, REFUSALS
from policy.revocation.english.requests import REQUESTS
from policy.revocation.english.statements import STATEMENTS
from policy.revocation.english.vocabulary import WORDS
from policy.revocation.language import Language
from policy.revocation.phrases import table

_HINTS = table(
    """
    stop~|quit~|cease~|halt~|discontinu~|end|ending|cancel~|terminat~|unsubscrib~|opt|opted|opting|op|optout|desist|refrain~|suspend|
        revok~
    remov~|delet~|eras~|lose|forget|list|lists|off|out|away|lost|alone|be|spam~|harass~|block~|report~|su~|expunge|exclude
    text~|messag~|contact~|sms|notif~|remind~|alert~|communicat~|correspond~|updat~|number|phone|cell|line|wrong|mistaken|consent~|
        permission
    authoriz~|authoris~|dog|cat|pet|pets|dogs|cats|hear|send|sending|sent|bother~|pester~|annoy~|nobody|noone|name|named|called|
        marketing|promo~|registry|getting|receiving|asked|meant|person|solicit~|sign~|subscribe~|write|writing|database|system|records
    """,
    WORDS,
)

ENGLISH = Language(
    code="en",
    hints=_HINTS,
    requests=REQUESTS,
    forbidding=FORBIDDING,
    refusals=REFUSALS,
    statements=STATEMENTS,
    before_request=circumstances.BEFORE_REQUEST,
    before_forbidding=circumstances.BEFORE_FORBIDDING,
    before_refusal=circumstances.BEFORE_REFUSAL,
    before_statement=circumstances.BEFORE_STATEMENT,
    after=circumstances.AFTER,
    anywhere=circumstances.ANYWHERE,
    alone=alone.ALONE,
    courtesies=alone.COURTESIES,
    demands=alone.DEMANDS,
    beside=alone.BESIDE,
    please=alone.PLEASE,
    elsewhere=alone.ELSEWHERE,
)
