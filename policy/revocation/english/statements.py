"""Why there must be none: "wrong number", "I already said STOP", "the next one goes to the FCC"."""

from __future__ import annotations

from policy.revocation.english.vocabulary import WORDS
from policy.revocation.phrases import table

STATEMENTS = table(
    """
    wrong <wronged> !of !on !for !in !to !down !that !at !with !is
    youve|have|got|has|texting|messaging|contacting|reached the? wrong <wronged> !of !on !for !in !down
    wrong no $
    this is the? wrong <wronged> !of !on !in !down !lol
    keep|are|still|been|your|youre|you|is texting|messaging|contacting|sending the|a|some|someone|it|this|to* wrong|stranger|else|
        random !spouse !husband !wife
    mistaken|confused|confusing me|us for|with
    number|phone|cell isnt|not|no longer? ~ $
    isnt|not|no at this number|phone
    isnt|not|wasnt|never the right|correct number|person !to !for
    isnt|no|not|wasnt longer? !my !your !the !a !his !her !right !usual ~ number|phone|cell anymore|any|now?
    this|the number|phone|cell .. doesnt|dont|longer|not|isnt .. belong|belongs
    ~ doesnt|dont|no longer? have|has|use|uses|own|owns this number|phone|cell !for
    no ~ at|on this number|phone
    dont|doesnt|never have|own|had a|any dog|cat|pet|dogs|cats|pets $|and|so|or|please|stop|wrong
    nobody|noone|neither|who .. asked|asks|signed|wants|want|needs|need .. for? <which>* <texts>
    dont solicit|spam me|us|here|this
    no soliciting|solicitation|solicitations please? $
    this|the number|phone|cell .. belongs to !me !my
    number .. been|was reassigned|recycled
    no|nobody|noone here? by|with that|this name
    no|nobody|noone here? named|called .. here|at
    not my|our dog|cat|pet $|wrong|please|stop|i
    dont know|have any? ~ $ , wrong
    why|how .. still|keep getting|receiving|get|texting|messaging|sending|contacting|text|message|send <which>* <things>|$|after|me|
        us !<pictures>
    keep|still|always getting|receiving|get <which>* <texts> !from !of !about
    next|another|if|again|anymore|more .. text|message|texting|messaging|contact|texts|texted .. .. <law>
    keep texting|messaging|contacting .. .. <law>
    your|number blocked $|and|now
    blocked and reported
    bot|computer|system|machine keeps texting|messaging
    text|message|contact|texting me again|anymore|once|one .. .. <law>
    if you .. text|message|texting|messaging|contact|texts|texted .. , .. .. <law>
    report|reporting|reported .. .. .. spam|harassment|fcc|ftc
    consider|considered this|it harassment|spam|spamming
    harassment complaint|claim|charges
    you|your are? harassing|spamming|stalking me|us|people !with
    report|reporting|reported you|your|this|it|these|them|u as|for|to|number|company|texts|the|my* spam|harassment|junk|fcc|ftc|
        police|authorities|carrier
    <law> .. if|unless you|i .. text|message|texts|messages|texting|stop|contact
    blocking|blocked|block you|this|your number $|<after>
    this|these|you|it|texts|messages is|are|were|was just|all|pure|total|literally|now|very|really|so|basically|considered|
        becoming* spam|harassment|unsolicited|unwanted|spamming|unwelcome|junk
    unwanted|unsolicited texts|messages|text|message|sms
    this|these|your spam|junk texts|messages|text|message|sms
    <texts> are|is really|so|very|getting|just|too* annoying|intrusive|excessive|obnoxious|unnecessary|bothersome|unneeded|invasive|
        bothering|driving|disruptive
    if you .. text|message|texted|contact me|us|this again|one|once|number|another !when
    text me one more time
    bothered|annoyed|harassed|disturbed|woken|bombarded up? by|with <which>* <texts>
    hate|dislike|despise|loathe getting|receiving|all* <which>* texts|messages|reminders|alerts !from
    said|say|texted|replied|wrote|typed|sent|answered|responded|saying|texting|replying|sending|typing the? word? stop $|<times>|and|
        but|why|to|please|now !the !by !sign !signs !light
    told|asked|tell|ask|asking|telling you|yall|guys|people|this to|already|nicely? .. stop $|<times>|please|now|and|but
    i|ive|we|already asked|said to stop $|<after>
    part of stop
    why wont|cant|dont you stop|quit <texting>|<pestering>|sending <me>|$
    isnt|not the number for|of
    stop means stop
    i|we|ive|weve already|have|just|previously|once* opted out $|<times>
    i|we|ive|weve already|have|just|previously|once* opted out of <which>* <texts>
    i|we|ive|weve already|have|just|previously|once* unsubscribed $|<times>
    i|we|ive|weve already|have|just|previously|once* unsubscribed from <which>* <things>
    still|am on your|this list
    this|these|it|message|messages|text|texts isnt meant|intended? for me|us $
    not|isnt meant for me|us
    not|isnt the person youre|your|you|he|she trying|looking
    you want|need|looking for? somebody|someone else|different
    have|own|got no pets|dogs|dog|cat|animals|cats
    no pets|dogs|animals|cats here $
    never heard of you|your
    """,
    WORDS,
)
