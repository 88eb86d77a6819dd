"""More ways to leave without naming a contact: handing one over, showing it in a picture, alone without the office, for cash.

The families are read by `intents`; each pattern is one way to say it, bounded.
"""

from policy.detector.wordlist import words

_SELF = r"(?:i|we|u|you|he|she)"
_OFFICE = (
    r"(?:(?:the|this|that|your|these|those) )?(?:app|apps|office|company|agency|platform|site|system"
    r"|service|guys|people|ppl|business|boss|website|middle ?m[ae]n|middle(?= *(?:[.!?,]|$))"
    r"|third party|management|bosses)"
)
_WITHOUT = (
    r"(?:without|outside(?: of)?|not (?:through|thru|via|with|using|on)|isn'?t (?:through|thru|via|with|on"
    r"|in)|doesn'?t (?:go|run) (?:through|thru|via)|around|behind|skip(?:s|ping)?|leav(?:e|ing)"
    r"|cut(?:ting)?(?: out)?|no|if no|minus|sans|away from|independent of|apart from)"
)
_DETAIL = (
    r"(?:(?:phone |cell |mobile |own |real |personal |private |direct )*(?:number|num|digits|phone|cell"
    r"|contact|contacts|details|info|insta\w*|e-?mail|handle|user ?name|venmo|whatsapp))"
)
_MEANS = (
    r"(?:picture|pic|pics|photo|screenshot|screen shot|voice ?(?:note|memo|message|msg)|video|image"
    r"|drawing|paper|napkin|post-?it|sticky(?: note)?|card|note)"
)
_MONEY_OFF = (
    r"(?:cheaper|discount|less|deal|better (?:rate|price)|lower|% off|percent|bucks off|dollars off"
    r"|off the price|half|save|free|for the price)"
)

# One of a family's words must be in a text before its patterns are tried.
TOLD_WORDS = {
    "elsewhere": words(
        "number line email mail app snap signal insta ig instagram whatsapp telegram kik"
        " discord facebook fb messenger imessage handle venmo zelle paypal cashtag"
        " convo conversation texts text outside off elsewhere besides else away apart"
        " online delete deleting uninstall usual ears monitored watched recorded cel celular"
        " numero telefono correo fuera aparte otro privado phone e sms screened censored filtered whats"
    ),
    "ask_again": words(
        "email e number phone cell handle line digits num contact insta snap search type"
        " google use using app office agency messenger telegram signal imessage"
        " whatsapp kik rather look"
    ),
    "hand_over": words(
        "number num digits phone cell contact contacts details info insta email handle"
        " venmo whatsapp numbers numeros telefonos celulares card directly direct"
        " office company reach privately e card our"
    ),
    "picture": words(
        "filter bot robot number num digits phone contact cell handle reads read stars"
        " blanks hides blocks censors bleeps deletes scans checks info e details see pictures photos card"
    ),
    "alone": words(
        "app apps office company agency platform site system service guys people ppl middle"
        " middleman boss bosses business between us private side own personal privately"
        " ourselves booking hire book directo aplicacion agencia oficina fuera third website"
        " independently just off directly direct"
    ),
    "cash": words(
        "settle straight off cheaper discount deal cash cut fee percent commission half less efectivo pago"
        " pagas pagar pagame cobro directo descuento barato lower free save office"
        " thru agencia comision app share"
    ),
}

TOLD_FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("elsewhere", "asks for another way to talk", (
        rf"\b(?:a|another|any|some|other|better) (?:way|place|spot|number|app|line|e-?mail|channel|address"
            rf"|thing)\b[^.!?\n]{{0,32}}\b(?:{_WITHOUT}|that'?s not|thats not|besides|other than|instead of"
            rf"|off) {_OFFICE}\b[^.!?\n]{{0,16}}",
        r"\b(?:what|which) (?:number|line|e-?mail|app|phone)\b[^.!?\n]{0,32}\b(?:isn'?t|not|besides"
            r"|other than|instead of) (?:this|here|the (?:app|office|business))\b[^.!?\n]{0,16}",
        r"\b(?:number|phone|cell|line|e-?mail)\b[^.!?\n]{0,20}\byour own\b[^.!?\n]{0,24}|\byour own (?:phone"
            r"|cell|number|line|e-?mail)\b[^.!?\n]{0,24}",
        r"\b(?:chat|talk|text|message|write|reach|find|get|contact|meet|connect|speak|hit|hmu|catch"
            r"|use)\b[^.!?\n]{0,24}\b(?:(?:outside|away|apart)(?: of| from)?|off|elsewhere than|other than"
            r"|besides) (?:this|here|these)\b[^.!?\n]{0,16}",
        r"\bsomewhere else (?:we|u|you|i) (?:can|could) (?:chat|talk|text|message|write)\b|\b(?:write|email"
            r"|e-?mail|text|message) you (?:there|elsewhere|somewhere else|privately|on your own)\b",
        r"\b(?:what|who) (?:name )?(?:do|are|r) (?:you|u|ya) (?:go by "
            r"|called )?(?:go by )?on(?:line)?\b(?! (?:duty|the way|your way|call|time|tues|mon|wed|thur|fri|sat"
            r"|sun|the \d|a))[^.!?\n]{0,20}",
        r"\b(?:u|you|ya) (?:on|have|got|use) (?:snap|signal|insta\w*|ig|whatsapp|telegram|kik|discord|facebook"
            r"|fb|messenger|imessage)\b\??|\bur (?:snap|insta|ig|handle)\b",
        r"\b(?:have|got|use|on) (?:telegram|signal|whatsapp|kik|viber|discord)\b[^.!?\n]{0,30}\b(?:rather"
            r"|instead|than this|easier|better)\b[^.!?\n]{0,20}",
        r"\b(?:your|ur) (?:handle|user ?name|cash ?tag|@|tag) (?:for|on) (?:the )?(?:gram|insta\w*|snap|tiktok"
            r"|venmo|cash ?app)\b|\b(?:got|have) (?:a )?(?:cash ?tag|venmo|zelle|paypal)\b\??",
        r"\b(?:convo|conversation|chat|talk|this|it)\b[^.!?\n]{0,14}\b(?:to|on|over to|onto|in) (?:imessage"
            r"|text(?: messages?|s)?|real texts?|sms|whatsapp|signal|telegram|messenger|e-?mail"
            r"|another app)\b[^.!?\n]{0,24}",
        r"\b(?:continue|carry on|keep going|keep talking) (?:this |it )?(?:on|over|in|at) (?:whatsapp|imessage"
            r"|signal|telegram|text|messenger|e-?mail|insta\w*)\b",
        r"\b(?:delet|uninstall|ditch|remov|quit)(?:e|ing|ting)? (?:this|the) app\b|\bfind me (?:the other way"
            r"|on the (?:usual|other) one|on the one)\b[^.!?\n]{0,30}|\bthe usual one with the \w+",
        r"\b(?:this|the) (?:chat|thing|app|line|conversation) (?:is|has|gets|are)(?: being| all)? (?:ears"
            r"|monitored|watched|recorded|read|screened|censored|filtered)\b[^.!?\n]{0,40}",
        r"\b(?:pasame|dame|mandame|pasas|das|me das|comparte(?:me)?) (?:tu|su|el) (?:\w+ )?(?:cel|celular"
            r"|numero|telefono|correo|whats\w*|insta\w*|zelle|bizum|face\w*)\b(?: (?:personal|privado"
            r"|directo))?[^.!?\n]{0,30}",
        r"\b(?:hablamos|hablar|hablemos|platicamos|escribeme|escribirte|mandame)\b[^.!?\n]{0,20}\b(?:por fuera"
            r"|fuera de|otro lado|aparte|por whats\w*|en privado)\b[^.!?\n]{0,24}",
    )),
    ("ask_again", "asks for a way to reach someone directly", (
        r"\b(?:what'?s|whats|what is|got|have|is there) (?:a |the |an |your )?(?:good|best|better|real|actual"
            r"|private|direct|personal|other) (?:e-?mail|number|phone|cell|handle|line)\b[^.!?\n]{0,24}",
        r"\b(?:can|could|may) (?:i|we) (?:get|have|grab) (?:your|ur|those) (?:digits|number|num|cell|e-?mail"
            r"|contact\w*|insta\w*|snap)\b|\bshow (?:me|you) (?:your|my|ur) (?:number|contact|handle"
            r"|num)\b[^.!?\n]{0,24}",
        r"\bwhat (?:do|should|would|can|name do) (?:i|we) (?:search|type|look up|look for|put in"
            r"|google)\b[^.!?\n]{0,30}\b(?:find|you|u)\b[^.!?\n]{0,24}",
        r"\b(?:reach|contact|find|get|text|call) (?:you|u|me|us)\b[^.!?\n]{0,30}\b(?:didn'?t|don'?t|without"
            r"|not|rather not)\b[^.!?\n]{0,16}\b(?:use|using|through|thru|want) ?(?:to use )?(?:this|the"
            r"|that)? ?(?:app|office|agency|company|here)\b",
        r"\bgot (?:insta\w*|snap|whatsapp|venmo|zelle|facebook|fb|telegram|signal)\?"
            r"|\bwhy don'?t we (?:just )?(?:text|talk|call|chat) (?:normally|normal|directly|for real)\b|\b(?:use"
            r"|have|on|try) messenger\b|\b(?:telegram|signal|messenger|imessage|whatsapp|kik"
            r"|snap)\?? (?:is |it'?s |its )?(?:easier|better|faster|quicker)\b[^.!?\n]{0,24}|\brather (?:chat|talk"
            r"|text) (?:on|over|via)\b[^.!?\n]{0,24}",
    )),
    ("hand_over", "offers or asks to hand a contact over", (
        rf"\b(?:slip|hand|give|leave|write|put|tape|stick|pass|tell|whisper|show|drop|left|wrote|taped|put"
            rf"|stuck)\b[^.!?\n]{{0,24}}\b(?:my|our|your|ur|mine|me)\b[^.!?\n]{{0,16}}\b{_DETAIL}\b[^.!?\n]{{0,40}}\b"
        r"(?:on (?:it|the|a|that)|in(?:side)? (?:the|a|his|her)|at (?:drop|pick|the|pickup|dropoff)|when (?:i"
            r"|we|you|u)"
            r"|in person|out loud|under|behind|to the|next (?:to|time)|by the|beside|with the|near the|before"
            r"|privately)\b[^.!?\n]{0,24}",
        rf"\b(?:{_MEANS}|tag|collar|leash|whiteboard|magnet|envelope|tin|box|bowl|counter|fridge|door|mailbox"
            rf"|back of)\b[^.!?\n]{{0,30}}\b(?:has|with|for|is|are|thats|that'?s|says)\b[^.!?\n]{{0,14}}\b(?:my|our"
            rf"|how to (?:reach|get|find|text|call)) ?(?:me|us)?\b[^.!?\n]{{0,10}}"
        r"(?:number|num|digits|phone|cell|details|info|contact|direct\w*|privately|\bme\b|\bus\b)(?! (?:is"
            r"|are) (?:at|by|with|for) the vet)[^.!?\n]{0,24}",
        rf"\bmy {_DETAIL} (?:is|are|'s) (?:on|in|inside|under|behind|taped|written) (?:the|a|his|her|that"
            rf"|your)\b[^.!?\n]{{0,24}}",
        r"\b(?:check|look (?:on|at|under|in|behind)|read|see)\b[^.!?\n]{0,24}\b(?:for|thats"
            r"|that'?s) (?:how to (?:reach|get|find|call|text)|my (?:cell|number|phone|contact|details"
            r"|info))\b[^.!?\n]{0,24}",
        rf"\b(?:swap|trade|exchange|switch|share|compare|intercambi\w+)\b[^.!?\n]{{0,12}}\b(?:{_DETAIL}s?"
            rf"|numbers|numeros|contacts|celulares|telefonos)\b[^.!?\n]{{0,40}}",
        r"\b(?:hand|give|bring|pull|get|take) (?:me )?(?:your|ur) phone\b[^.!?\n]{0,40}\b(?:i'?ll|ill|and i"
            r"|so i|add|type|put|save)\b[^.!?\n]{0,24}|\b(?:i'?ll|ill|let me) (?:add|type|put|save) (?:myself|mine"
            r"|me|my (?:number|num))(?: in)?\b[^.!?\n]{0,16}",
        r"\b(?:bring|have|get) (?:ur|your) phone (?:out|ready|handy)\b[^.!?\n]{0,40}\b(?:type|add|put|mine"
            r"|number)\b[^.!?\n]{0,16}",
        rf"\b(?:tell|give) (?:you|u) (?:my|the) {_DETAIL}\b[^.!?\n]{{0,30}}\b(?:in person|out loud|face to face"
            rf"|when (?:i|we|you|u)|at pick ?up|at drop ?off)\b[^.!?\n]{{0,24}}",
        r"\b(?:you|u) can (?:reach|get|call|text|find) me (?:direct|directly|privately|myself)\b[^.!?\n]{0,40}",
        r"\b(?:put|left|leave|wrote) (?:my|our) (?:details|info|number|contact\w*|cell) (?:there|in|on|by"
            r"|under|inside)\b[^.!?\n]{0,24}|\b(?:photo|pic|picture|snap) of (?:my (?:business )?"
            r"|the business )card\b[^.!?\n]{0,24}",
        r"\bmy (?:business )?card (?:is|'s) (?:on|in|under|by|with)\b[^.!?\n]{0,30}(?:details|info|number"
            r"|take (?:it|one)|call|text)[^.!?\n]{0,24}|\bdon'?t tell (?:the )?(?:office|company|boss|agency|them"
            r"|anyone at)\b[^.!?\n]{0,24}",
    )),
    ("picture", "suggests showing a contact where screening cannot read it", (
        rf"\b(?:send|take|snap|text|shoot|do|make|share|write|put|draw|use|voice|record"
            rf"|photograph)\b[^.!?\n]{{0,30}}\b{_MEANS}\b[^.!?\n]{{0,30}}\b(?:(?:your|ur|my|our|a) {_DETAIL}|filter"
            rf"|only (?:reads?"
            rf"|checks?|scans?|sees?)|can'?t (?:read|see|scan|check|hear))\b[^.!?\n]{{0,24}}",
        rf"\b(?:write|put|send|give|say|record|voice|spell|draw)\b[^.!?\n]{{0,14}}\b(?:your|ur|my|the"
            rf"|a) {_DETAIL}\b[^.!?\n]{{0,24}}\b(?:on|in|by|as|w|with|n"
            rf"|and)\b[^.!?\n]{{0,16}}\b{_MEANS}\b[^.!?\n]{{0,24}}",
        rf"\bvoice (?:note|memo|message) (?:me )?(?:your|ur|my) {_DETAIL}\b[^.!?\n]{{0,30}}|\b(?:the|this"
            rf"|its?) (?:filter|bot|robot|screen(?:er|ing)?|system|thing)\b[^.!?\n]{{0,12}}\b(?:only|just|can'?t"
            rf"|doesn'?t|won'?t)\b[^.!?\n]{{0,6}}\b(?:read|check|scan|see|catch|hear|look)s?\b[^.!?\n]{{0,24}}",
        r"\b(?:somewhere|some place|where) (?:they|the office|nobody|no one) (?:can'?t|won'?t|doesn'?t) (?:see"
            r"|read|look|watch)\b",
        r"\b(?:it|this thing|this|they|this app) (?:only|just) (?:reads?|checks?|scans?"
            r"|sees?) (?:the )?(?:text|words|letters|typing)\b|\b(?:can'?t|doesn'?t|won'?t) (?:read|see|scan"
            r"|check) (?:the )?(?:pictures?|photos?|images?|pics?|handwriting|voice)\b",
        r"\b(?:this thing|this app|this chat|they|it|the app|the system) (?:stars?|blanks?|hides?|blocks?"
            r"|bleeps?|censors?|deletes?) (?:it|them|these|numbers?|stuff|everything|that)(?: out)?\b(?: here)?",
    )),
    ("alone", "suggests doing it without the business", (
        rf"\b(?:{_WITHOUT}) {_OFFICE}\b(?! (?:by|switch|is|was|are|manual|form|door|key|hours|phone|map|update"
            rf"|wifi|said|says|asked))[^.!?\n]{{0,24}}(?<=[a-z])",
        r"\bjust (?:between us|us(?=\s*(?:$|[.!?]|next|from|no |without))|you and me|the two of us|you n me"
            r"|u and me|u n me|me and you"
            r"|me n u)\b(?!,? (?:he|she|they|the dog|the cat|but (?:he|she)))[^.!?\n]{0,24}|\b(?:keep|stays?|kept"
            r"|this|one|deal|arrangement)\b[^.!?\n]{0,16} between (?:you and me|us|u and me|you n me)\b(?!,? (?:he"
            r"|she|they|i think|the dog|the cat|but))[^.!?\n]{0,24}",
        r"\b(?:private|side|own|personal|direct) (?:jobs?|gigs?|bookings?|clients?|arrangements?|deals?"
            r"|work)\b[^.!?\n]{0,24}|\b(?:sit|walk|work|come|watch|care)(?:ting"
            r"|ing)?\b[^.!?\n]{0,20}\b(?:privately|on your own time|on the side|on ur own time|independently"
            r"|for (?:us|me) direct(?:ly)?|on your own(?=,? (?:not|without|outside|away|instead)))\b[^.!?\n]{0,24}",
        r"\b(?:don'?t|do not|no) (?:need|have) to (?:bother|involve|tell|go through|use|ask"
            r"|include) (?:the )?(?:company|office|agency|app|them|these guys)\b[^.!?\n]{0,24}|\b(?:leave"
            r"|keep) (?:the )?(?:agency|company|office|app|them) out of\b[^.!?\n]{0,24}",
        r"\b(?:skip|forget|drop|ditch) (?:the )?(?:booking|app|agency|office|company"
            r"|middle ?man)\b[^.!?\n]{0,24}|\bno (?:booking|middle ?man|app needed|office involved)\b|\b(?:arrange"
            r"|sort|organi[sz]e|work|figure) (?:it|this|that|things|\w+ (?:\w+ )?visits?)(?: out)? (?:ourselves"
            r"|amongst ourselves|between ourselves|directly)\b",
        r"\boff the (?:record|books|grid)\b[^.!?\n]{0,16}|\b(?:sit|walk|work"
            r"|come)\b[^.!?\n]{0,12}\bdirect(?:ly)? (?:for|with) (?:us|me)\b[^.!?\n]{0,16}|\b(?:private"
            r"|direct) arrangement\b",
        r"\b(?:sort|settle|arrange|keep|handle|do)\b[^.!?\n]{0,16}\b(?:between|among|amongst) ourselves\b"
            r"|\b(?:book|hire|have) (?:you|u) on my own\b|\bstraight to (?:you|me|u)\b[^.!?\n]{0,20}\b(?:they|no"
            r"|nothing|without)\b[^.!?\n]{0,16}",
        r"\bnot (?:like )?(?:with|through) (?:these|those) (?:guys|people)\b"
            r"|\bfor people on your own\b[^.!?\n]{0,24}|\bwe could (?:just )?(?:arrange|do|handle"
            r"|book)\b[^.!?\n]{0,24}\bourselves\b|\bjust (?:book|hire|pay) me\b(?= next| direct|$|[.!?])",
        r"\b(?:ya no|sin|no) (?:usamos|usar|pasar por|pasamos por|la|por la) ?(?:esto|la |esta )?(?:app"
            r"|aplicacion|agencia|oficina|esto)\b[^.!?\n]{0,30}|\bsi no pasamos por\b[^.!?\n]{0,30}"
            r"|\bpor fuera(?: de)?\b[^.!?\n]{0,24}|\b(?:trato )?directo conmigo\b",
    )),
    ("cash", "suggests paying around the business", (
        rf"\b{_MONEY_OFF}\b[^.!?\n]{{0,30}}\b(?:if|when|without|w/o|not|no|for|just"
            rf"|instead)\b[^.!?\n]{{0,14}}\b(?:no app|{_WITHOUT} {_OFFICE}|just (?:you|us|u|me)|you and me|u and me"
            rf"|direct(?:ly)?|in cash|cash|the office isn'?t|no booking)\b[^.!?\n]{{0,24}}",
        rf"\b(?:if|when|as long as) (?:{_SELF}|it'?s|its|no)\b[^.!?\n]{{0,24}}\b(?:{_WITHOUT}"
            rf"|not) {_OFFICE}\b[^.!?\n]{{0,30}}",
        r"\b(?:hand|slip|give|leave|pay|bring) (?:you |u |me )?(?:the |some "
            r"|it in )?cash\b(?! (?:on the counter )?for the (?:groomer|vet|plumber|gardener|cleaner"
            r"|pizza))[^.!?\n]{0,30}\b(?:skip|instead|and|so|no|next|for (?:the|your)|under|without"
            r"|direct)\b[^.!?\n]{0,30}",
        r"\bcash\b[^.!?\n]{0,24}\b(?:no receipt|fine by me|works for me|off the record|no taxes|no paper"
            r"|no record|so they don'?t|then they don'?t|no questions)\b[^.!?\n]{0,24}|\b(?:prefer|want|rather"
            r"|take|like) cash\b\??[^.!\n]{0,30}",
        r"\b(?:they|app|company|agency|office|the cut)(?: just)? (?:takes?|keeps?|don'?t take|gets?"
            r"|took)\b[^.!?\n]{0,12}\b(?:a |their |too |such a |half|big |so )*(?:cut|share|fee|half|percent|chunk"
            r"|commission)\b[^.!?\n]{0,24}|\bwhy pay (?:them|their|the)\b[^.!?\n]{0,30}",
        r"\b(?:settle(?: up)?|square up|deal|paid|pay(?:ing)?)\b[^.!?\n]{0,12}\b(?:in"
            r"|with) cash\b[^.!?\n]{0,24}|\bpay (?:you|u|me) (?:straight|under|on the side)\b[^.!?\n]{0,24}",
        r"\b(?:rather not|don'?t want to|no need to|not gonna) (?:run|put|do|pay|send|go"
            r"|book)\b[^.!?\n]{0,12}\b(?:thru|through|on|via|with) (?:here|this|the app|them"
            r"|the office)\b[^.!?\n]{0,24}",
        r"\b(?:efectivo|cash)\b[^.!?\n]{0,24}\b(?:sin (?:registrar|recibo|app|factura)|no decimos|por fuera"
            r"|y ya|entre nosotros)\b[^.!?\n]{0,24}|\b(?:te )?(?:pago|pagas|pagar|pagame|cobro"
            r"|dejo)\b[^.!?\n]{0,24}\b(?:directo|efectivo|sin (?:la )?(?:comision|app)|menos|descuento"
            r"|barato)\b[^.!?\n]{0,24}",
        r"\b(?:descuento|mas barato|menos)\b[^.!?\n]{0,24}\b(?:directo|sin (?:la )?app|efectivo"
            r"|por fuera)\b[^.!?\n]{0,24}|\bsin la (?:app|agencia|comision)\b[^.!?\n]{0,24}",
    )),
)  # fmt: skip
