"""Words that ask for it with nothing but courtesies around, and what may or may not stand in the text beside them."""

from __future__ import annotations

from policy.detector.wordlist import words
from policy.revocation.english.vocabulary import WORDS
from policy.revocation.phrases import table

ALONE = table(
    """
    stop|quit sending|texting|messaging
    stop|cease|unsubscribe|desist|revoke|remove|discontinue|terminate
    end|quit this|these|it
    go away
    get lost
    fuck|piss|bug|buzz|sod|screw|eff|back|naff|bugger|f|fk off
    delete|blocking|blocked
    reported|reporting|marking|marked|flagged this|it|you? as? junk|spam|scam?
    spam
    off the|your|this list
    no more texts
    for the last|second|third|final|~ time stop
    last|final warning stop|$
    """,
    WORDS,
)

DEMANDS = table(
    """
    enough
    turn|shut|switch it|them|these|this|those off
    <end> it|them|these|this|those
    lose|delete|remove|erase|unsubscribe it
    <stop> sending|doing? it|this|them|anything?
    not needed|necessary|wanted|interested
    get rid of it|this
    fix this|it
    """,
    WORDS,
)

COURTESIES = words(
    """
    please how just now already ok okay thanks thank you can could would will i said kindly immediately asap right away all this that
    these it , the me us so to but really seriously dude bro man guys sir maam hey hi hello yo omg ffs wtf and no more at once for
    good forever want wanted need needs has have do ask asked asking told tell begging must should gotta going again totally
    completely anymore finally sorry yall people folks hell fuck fucking fing damn goddamn god jesus christ ugh text texts messages
    sms alerts notifications reminders with your end dear team there spam nope stop enough bye goodbye love of favor pretty sick not
    interested creep idiot weirdo im serious mean means everything
    """
)

BESIDE = words(
    """
    text texts texting message messages messaging contact number list want again asked told times spam serious who person signed
    lawyer report block interested heard know never customer client anymore already mean died passed unsubscribe remove phone annoying
    sick tired this these receive receiving getting bothering legal fcc reminders reminder alerts notifications promos consent calls
    """
)

PLEASE = words("please kindly")

ELSEWHERE = words(
    """
    he him his she her hers dog dogs cat cats puppy pup treat treats food bowl walk walks leash bark barking whining eat eating bite
    biting car light lights gate door yard music tv visit visits medicine meds pills rain bleeding scratching licking pulling digging
    youre cute crying laughing photo photos pics pictures
    """
)
