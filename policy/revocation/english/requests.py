"""Asking for an end: "stop texting me", "take me off this list", "lose my number"."""

from __future__ import annotations

from policy.revocation.english.vocabulary import WORDS
from policy.revocation.phrases import table

REQUESTS = table(
    """
    <stop> <rude>? <texting> <me> !<topic>
    <stop> <rude>? <texting> $
    <stop> <rude>? <texting> <after>
    <stop> <rude>? <pestering> <me> !with
    <stop> <rude>? <pestering> <me> with <which>* <things>
    <stop> <rude>? <pestering> $
    <stop>|your|you <rude>? <pestering> my family|mother|mom|kids|wife|husband|daughter|son|parents
    <stop> with <which>* <things> !<of>
    <stop> it? already? with <which>* <texts>|texting|messaging
    cut|knock it out|off with <which>* <things>
    give it|us|me|this|the|<texts>* a rest|break with <which>* <texts>
    give the|your|us|these <which>* <texts> a rest|break
    <stop> this|these|the|all|your <which>* nonsense|madness|crap|bs|shit|garbage|harassment
    stop|dont|never|quit ever|you|dare* using|use my|this number|phone|cell !for !to
    <stop> <rude>? <sending> <which>* <things> !<of>
    <stop> <rude>? sending <which>* messages|texts|reminders|sms|notifications|alerts about
    <stop> your|all|the <which>* texting|messaging
    opt out notice|request
    <stop> <rude>? sending <which>* to? <me> $|<after>
    <stop> <rude>? sending <which>* to <me>
    <stop> <rude>? the? <texts> and|or <texting>|<texts>
    <stop> <rude>? sending|texting|messaging or|and <texting>|<sending>
    <end> !of <which>* <texts> !<of>
    <end> !of <which>* <texts> to|for|on <me>
    <end> !of <which>* text|sms|messaging|notification service|program|subscription|campaign|feature
    <end> my|our|the|this|all|any* .. enrollment|subscription|registration|participation $|to|in|for|up !the|a|food|treat|box|walk
    turn|switch|shut <which>* <texts> off
    turn|switch|shut these|those|this|them off
    make|get|have <which>* it|this|these|those|them|<texts> to? stop|end|quit|cease|disappear
    make <which>* it|this|these|those|them|<texts> go away
    i|we|just|please want|need|like it|this|these|them|all to? stop|end|cease|over $
    make|get rid of? <which>* <texts> go|disappear $|away
    <which>* <texts> will|must|need|needs|has|have|should|better|gotta|to* stop|end|cease|quit|disappear $|please|now|already
    this|it need|needs|has|have|must|should|better|gotta to* stop|end|cease $|please|now|already|immediately
    you <rude>? people|guys|all? need|have|got|gotta|should|must|better to? stop $|please|now|already
    want|wants|need|needs|like you|this|these|them|it|<texts>|all to? stop|end|stopped|ended|gone|cease $|please|now|already|
        immediately
    want|wants|need|needs|like <which>* <texts> to? stop|end|stopped|ended|gone|off
    <remove> my|this|our <data> !two|one|three|in|when|if !from !off !on !of !for !and !with !after !or
    <remove> my|this|our <data> !for|on from|off|out of? <lists>* <list> !for|on
    <remove> all|any|every|everything* of? my|our <data> $|<after>|from
    remove|delete|take|erase it|this|that|them from|off your <lists>* list|lists|database|system|contacts|records|phone|files
    <remove> my|this|our <data> and !add !put !use !replace
    <remove> my|this|our <data> or
    remove|delete number|info $
    dont keep|save|store my|this <data>
    be|stay off|out of? <lists>* <list> !for|on
    forget you .. had|have|has my|this number
    forget|pretend you|we .. know|knew|met me
    remove|delete|exclude|unenroll|disenroll|deregister|unregister|erase|block|purge me|us $
    remove|delete|exclude|unenroll|disenroll|deregister|unregister|erase|block|purge me|us please|now|immediately|asap|thanks|
        completely|entirely|permanently|i|or
    <exclude> <mine> off|out|from of? <lists>* <list> !for|of|on|at
    take|get|pull|scratch|cross|strike|taking|keep <mine> off|out $|<after>|months|weeks|days|years|last
    take|get|pull|scratch|cross|strike|taking|keep <mine> off|out and !add !put !use
    remove|delete|take|drop from|off <lists>* list|database|system|contacts !for|of|on
    throw my|this number away|out
    get|stay|keep off|out|outta of? my phone|line|inbox|texts|messages|dms
    dont|never|stop include|including|add|adding|put|copy|cc|tag|loop me|us|my|this number? in|on|into|to <lists>* <list> !for
    make|making it? so|sure|certain i|we dont|never <get> <which>* <texts>|this|these|any !of
    that i|we dont|never <get> <which>* <texts> !of
    sure|ensure|certain|that you dont|never|not ever? <notext> <me>|$
    my|this|our <data> is|be|gets|been|was* removed|deleted|taken|erased
    demand|insist|expect|require|request|ask|need|want|prefer that? you to? stop $
    expect <which>* <texts> to? stop|end|cease
    remove|delete|erase her|his|their|the number|phone|cell $|please|from
    i want out|off $
    request|requested|requesting|demand|demanding|want my? removal|unsubscription|deletion|unsubscribe
    f|fuck|screw you|your and? <which>* <texts>
    be|get removed|deleted|unsubscribed|erased $|<after>
    be|get|want|have removed|taken|deleted|erased|dropped|excluded off|from|out? of? <lists>* <list> !for|on|of
    be|get taken off $|<after>
    want|like|need|have|get my|this|our <data> removed|deleted|erased|taken|off|gone
    be|get|have|getting unsubscribed|opted
    want|like|need|let|get me|us? off|out of? <lists>* <list> !for|on
    get off|out of? this|your|these|the <lists>* <list> !for|on
    leave|exit|quit|escape|stop this|your|these|the <lists>* list|thread|chain|group text
    count|leave|keep|deal me|us out of these|the|your|any|all <which>* <texts>
    unsubscribe !from
    unsubscribe from <which>* <things> !<of>
    unsubscribe from <lists>* <list>
    opt|opting|op me|us|this|my number? out
    opt|opting|op out $
    opt|opting|op out please|now|thanks|immediately|asap|i|and|permanently|or
    opt|opting|op out of|from <which>* <things>|everything|receiving|getting|being|further|future
    opt|opting|op out of|from <lists>* <list>
    revoke|revoking|withdraw|withdrawing|retract|retracting|rescind|rescinding|cancel|canceling|remove|revoked|removing my|any|all|
        our|this? prior|express|written|all|previous? <right>
    put|add|place|have me|us|my|this number|phone? on|in|to <lists>* dont|no call|contact|text|disturb|message|texting
    dont call|contact|text|disturb|message|mail|texting list|registry
    <stop> all|any|this|these|everything of? this|these? <texts> $
    stop|cease and desist
    <end> all|any|further|this|your .. communication|communications|contact|correspondence|outreach
    leave me|us <rude>? <hell>* alone !with !for !to !in !at
    leave|let me|us be $
    i|id|we|please just|would|want|like|wish|prefer|to* be left alone !with
    time you|yall stop|stopped|quit <texting>|sending
    remove|delete|erase this|the|that|my? contact|contacts $|please|from
    <exclude> .. and me off|from|out of? <lists>* <list>
    <exclude> both our|of|my* <data>|us off|from|out of? <lists>* <list>
    <exclude> both our|of|my* <data>
    can|could|would|will|ask|asked|that you|yall|u|they guys|all|please* not|no longer? longer? <notext>|send <me>|it|<which>* $|
        <after>|<me>|<things>
    dont know|understand|idk why|how i|im|we|you am|are|keep|still|got|have* getting|receiving|on|texting|sending|got|have my|
        this? <which>* <things>|list|number|me
    how i got on this|your|the list
    opt this|my|our phone|number|line|cell out
    choose|elect|decide|decided|chose|prefer|opt not to? <get>* <which>* <texts>
    <end> <which>* <texts>|texting|messaging for|off|on|from my|this|our account|phone|number|profile
    take texting|texts|messaging off my|this
    set|mark|flag .. .. no|dont texts|text|contact
    get|getting off|out of? <lists>* <list> !for|on
    hittin|hitting|blowing|blowin|lighting my|me|this <phone>? up|line
    no .. keep|continue <texting>
    """,
    WORDS,
)
