"""What takes a phrase back: said before it, behind it, or anywhere in its sentence."""

from __future__ import annotations

from policy.revocation.english.vocabulary import WORDS
from policy.revocation.phrases import head, table, tail

BEFORE_REQUEST = tail(
    """
    dont|never|didnt|not|wont|cant|isnt|couldnt|wouldnt|shouldnt|doesnt|havent|hasnt|wasnt ever|just|you|want|to|me|us|have|need|go|
        and|say|said|mean|meant|text|sent|send|reply|been|please* !to
    no need|reason to
    did|have|has|had|does you|he|she|they|it|we|anyone ever|just|already?
    whyd|whered|howd you?
    why was|is|were|did
    why|when|how did|have|has|would you|he|she|they|we ever|just|already?
    did|does|do|have|has|whyd .. the
    if|unless|until|before|after|whether|hope|in|case i|you|we|he|she|they|it|your|case text|say|reply|send|ever|could|can|would|want|
        wants|do|to|you|i*
    hate|sad|miss|upset|disappointed it|be|so? if|when you|i
    <told> !<ours> ~ .. to|not
    made|make|making|get|let|have|has|see|saw|heard him|her
    he|she|they|ex|son|daughter|dog|client|husband|wife|mom .. should|must|needs|has|to|would|will|can|could|never|always
    ill|ima just?
    i will|should|must|better|gotta|might|may just?
    reply|text|send|texting|says|said|type stop to
    he|she|they|it|sign|who said|says|reads
    accidentally|mistakenly i|have|was|got*
    was|were|got|am i
    """,
    WORDS,
)

BEFORE_FORBIDDING = tail(
    """
    i|we|you|they|he|she|people|clients|sitters really|just|actually|usually|normally|still*
    if|why|unless|in|case you|i|we|they|he|she*
    are|is|see|got|had|received|were|was|theres|getting|there|have|get still|any|been|i*
    told|asked|tell|ask|wants|want !to !me !us !you !yall .. to|not?
    """,
    WORDS,
)

BEFORE_REFUSAL = tail(
    """
    if|unless|until|in you|i|we|case|they|he|she*
    why did|do|does|have|has|would you|he|she|they|i
    told|asked|tell|ask|wants|want !to !me !us !you !yall .. to|not?
    he|she|they|ex|client does|do|did|said|says|would?
    sorry i
    didnt|dont say|mean to?
    why am|are i|we
    """,
    WORDS,
)

BEFORE_STATEMENT = tail(
    """
    is|was this|that|it a|the|maybe?
    did|am|if i|we just|maybe|accidentally? have|text|get|got|call|dial|gave|give|texting|texted a|the|you|to*
    do i|we have|get|got a|the
    i|we just|must|may|might|accidentally|think|had|have|probably* gave|give|wrote|put|typed|dialed|texted|entered|called|sent|used|
        texting|listed you|down|in|to|a|the* a|the
    i|we just|must|may|might|think|had|have|probably* have|had|got a|the
    i|we must|may|might|probably? have texted|dialed|called a|the?
    put|gave|wrote|typed|listed the|a
    not|never|isnt|dont|didnt|havent|wont|nobody|no a|the|say|said|mean|to|any|really|mind|get|getting*
    accidentally|mistakenly|jokingly
    sent|went to|for? the|a?
    he|she|they|sign|message|text|it|trainer|vet|neighbor|who says|said|told|wrote|reads|asked
    if|when|what|unless i|you|happens .. text|say|reply|send|type|get|got?
    reply|or
    are|is we|i|it|he
    you called|charged|sent|gave the
    """,
    WORDS,
)

AFTER = head(
    """
    .. so|too|this|that late|early|often|much
    .. late at
    .. at night|noon|midnight|\\d~
    .. after !this !today !that !i !all !you !he !the !our ~
    .. before !i !this !we ~
    .. unless|while|during|whenever|till|between
    .. until !further
    .. when !i !you
    .. on weekends|weekend|sundays|saturdays|sunday|saturday|monday|mondays|holidays|friday
    .. in the morning|mornings|evening|evenings|afternoon|middle
    .. today|tonight|tomorrow
    .. this week|weekend|morning|afternoon|evening
    .. every hour|minute|few|two|ten|half|five|\\d~
    .. right now i
    .. right now , i|im
    and drive|driving
    at work|school
    , .. .. driving|busy|meeting|surgery|asleep|sleeping|class|court|church|napping
    .. .. newsletter|newsletters|email|emails|invite|calendar|box|podcast|channel|gym|netflix
    .. .. driving|busy|meeting|surgery|asleep|sleeping|class|court|church|napping
    .. each|every time|visit|day
    .. by mistake|accident
    """,
    WORDS,
)

ANYWHERE = table(
    """
    that|this|it|message|text was|is meant|intended? for my|the|someone
    oops|whoops|oopsie
    my bad
    ignore that|this|it
    by mistake|accident
    as a joke
    """,
    WORDS,
)
