"""Not wanting them: "don't text me", "I no longer wish to get texts"."""

from __future__ import annotations

from policy.revocation.english.vocabulary import WORDS
from policy.revocation.phrases import table

# Said to us. "I don't text" and "you don't text me any more" are something else.
FORBIDDING = table(
    """
    dont|never|not ever|you|dare|please|to|even|try|bother|keep|again|just|be|want* <notext> <me> !<topic>
    dont|never|not ever|you|dare|please|to|even|try|bother|keep|again* <notext> $ !call|ring
    dont|never|not ever|you|dare|please|to|even|try|bother|keep|again* <notext> anymore|again|ever|please|thanks|no
    no text|texting|message|messaging|contact|contacting|sms <me>|please|$|anymore|again !<topic>
    dont|never|not ever|you|dare|please|to|bother|keep* send|sending <which>* <things> !<of> !<topic>
    dont|never|not ever|you|dare|please|to|bother|keep* send|sending <me>? nothing|anything
    dont|never|not ever|you|dare|please|to|bother|keep* send|sending them|it|these|this|those anymore|again|ever
    dont|never|no longer? send any|anymore|more|another $|please|to|thanks !of
    no longer text|message|contact <me>|it|this
    neither <notext> <me>
    dont|never|not <notext> it $|again|please|anymore|its
    no no|more|further|additional|future|other|any* <texts>|contact|texting|messaging|spam|communication|
        outreach !<of> !from !here !today !yet !needed !necessary !with !delivery !info !information
    no more|further <texts>|contact needed|necessary|required
    no no|more|further|additional|future* <texts>|contact from you
    no no|more|further|additional|future* <texts>|contact to|on|at <me>
    """,
    WORDS,
)

REFUSALS = table(
    """
    enough|done|over|tired|sick|had|fed|through it|up? with|of <which>* <texts>|texting|messaging|spamming
    enough texts|messages|texting|messaging|spam
    spare me|us <which>* <texts>
    <not> .. <wish> <get>* <which>* <gotten> !<of> !every !back !that !to
    <not> .. <wish> <get>* <which>* <gotten> to|on|at|for <me>
    <not> .. need to|you to? <get> <which>* <gotten> !<of>
    <not> .. need to <notext> <me> anymore|again|ever
    <not> .. <wish> .. hear .. from <you> !about
    <not> .. <wish> <get>* on|in|part <lists>* <list> !for
    never|not .. hear from <you> again
    prefer|rather not to? hear from <you>
    <not> .. <wish> .. talk|speak|chat to|with you people|again|anymore
    to not get|receive|see <which>* <texts> !<of> !from
    better not get|receive <which>* <texts>
    can|could i|we not get|receive <which>* <texts> !<of> !from
    rather|prefer|preferred .. dont|didnt|not|no to? <get>* <which>* <gotten> !<of>
    rather|prefer|preferred|appreciate|like .. dont|didnt|not|no text|texted|contact|contacted|message|send|texting !<of>
    who said|told|gave|says .. you could|can|may|permission|to* <notext> <me>
    nobody|noone gave you|anyone <right> to <notext>
    never|didnt|not .. consented|consent|agreed|agree to this|these|that|it $
    never|didnt|not gave|give|given .. <right> $
    <not> .. have|had|has|give|gave|given|got? you|anyone|them|u? my|our|any|the? <right> to text|contact|message|send|keep|be|write
    <not> .. have|had|has|give|gave|given|got my|our <right> $|anymore|<after>
    <not> .. authorized|allowed|permitted|welcome|entitled to <notext>|send
    <texts> .. .. not|isnt|arent|never|no longer? needed|necessary|required|welcome|wanted|appreciated|allowed|authorized|acceptable
    never|didnt .. gave|give you|anyone|them? my|this number
    never|didnt|not|dont .. consent|consented|agree|agreed|sign|signed|subscribe|subscribed|register|registered|opt|opted|enroll|
        enrolled|ask|asked|request|requested|remember|recall|signing up|in|you|out|permission|to|for|get|receive|be|getting|receiving|
        my|this* <which>* <gotten>|crap|bs|list !<of> !on !for
    never|didnt|not|dont .. subscribe|subscribed|opt|opted|enroll|enrolled|sign|signed|asked up|in|for* these|this|to|it|that* $
    <right> is|has|been|hereby* revoked|withdrawn|denied|rescinded|terminated
    mind not <texting>|sending
    mind not to <notext>
    mind <stop>|removing|taking|stopping|deleting <texting>|sending|me|my|the|us
    no|not .. need|reason|point to|in <notext>|send|texting .. anymore|again|ever
    no need|reason to keep|continue <texting>|sending
    text|message|contact|write|send me|us|this|it|number* no more|never
    dont do|like|use|read|accept|want texts|texting|text|sms messages? $|<after>|i
    i dont text $
    email|mail|phone|call|calls|app|emails only .. no|not|dont text|texts|texting|message
    no|not want|like|need <which>* <texts> !<of>
    no need|use|interest|desire|wish for|in|of <get>* <which>* <texts> !<of>
    no need|desire|wish to get|receive <which>* <texts> !<of>
    <right> no more|longer $
    no longer consent|agree $|to
    shouldnt|not be getting|receiving|in|on <which>* <things>|list !from
    refuse|refusing to? <get>* <which>* <texts>
    """,
    WORDS,
)
