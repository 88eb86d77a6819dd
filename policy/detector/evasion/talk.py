"""Talk about a phone, about who reads along, and about a number not being what it is called."""

import re

from policy.detector.wordlist import words

# The writer wants what stands here to be dialled or kept: more than "call me when you land".
REACH = re.compile(
    r"\b(?:"
    r"(?<!touch )(?<!the )(?<!turn )dial(?:s|ed|ing)?\b(?! (?:it|that|her|him) (?:back|down)| tone)"
    r"|(?:phone|call|text),? not\b|punch (?:it|that|them|those|these|this|in)\b"
    r"|(?:ring|phone|buzz|bell) (?:me|it|us|that|my|there|after|when|before|if)\b"
    r"|give (?:me|it|us|that|them|her|him|my \w+|there) a (?:ring|buzz|call|bell|shout|tinkle|holler|try)\b"
    r"|give a (?:ring|buzz|call|bell)\b"
    r"|(?:my|our|his|her|their|mom'?s|dad'?s|sister'?s|brother'?s|wife'?s|husband'?s"
    r"|boss'?s?) (?:\w+ )?(?:phone|cell|line|number|mobile|digits|fone|landline|telephone|cel|celular"
    r"|numero|movil|telefono)\b"
    r"|that'?s (?:me|my|the one|the number|how you|how u|us|where|mine)\b|is (?:me|mine)\b|it'?s me\b"
    r"|(?:gets|get|got|finds?|reach(?:es|ing)?|hear) (?:to )?(?:me|us|my)\b|reaches me\b"
    r"|(?:i|i'll|ill|he|she|they|gary|someone) (?:will |always )?(?:answers?|picks? up)\b"
    r"|(?:i'll|ill) (?:pick up|answer)\b|where i (?:live|answer|am)\b|me on the phone\b|on the phone\b"
    r"|(?:makes?|make) (?:a|my|the) phone ring\b"
    r"|(?:your|ur|the) (?:phone'?s? )?(?:contacts?|address book|phone app|dialer|phonebook|phone book)\b"
    r"|(?:hit|press|tap|push) (?:the )?(?:call|green|send)\b|green button\b|press call\b"
    r"|(?:text|txt|call|ring|phone|dial|sms) (?:it|there|that|them|those|to it|the (?:answer|report|dogs?"
    r"|result))\b"
    r"|on (?:your|ur) (?:key|dial|phone) ?pad\b|(?:on|in|into) (?:your|ur) (?:phone|telephone|cell)\b"
    r"|with a (?:call|ring|text)\b|landline\b|telephone\b"
    r"|how (?:you|u|to) (?:reach|get|find|call|text)\b|(?:tu |ya )?marc[ao](?:me|le)?\b"
    r"|llama(?:me|le)\b|ring(?:s)? in my pocket\b|fone\b|phone of\b"
    r"|(?:ring|ring ring|call|text|dial|buzz|phone)\s*[.!)]*$|ring (?:ring|twice|second|after)\b"
    r"|phone me\b|the digits (?:are|you want)\b"
    r"|(?:the|these|those) (?:digits|numbers) (?:are|make|is)\b"
    r"|call(?:s|ing)? (?:him|her|my|the (?:kitchen|barn|house))\b"
    r"|put (?:em|them|it|these|those|me) (?:all )?in (?:ur|your)\b"
    r"|you know what to (?:do|press|dial)\b|u know what to (?:do|press|dial)\b"
    r"|calls? (?:her|him) ?[.!]*$|who (?:rings|answers|picks up|calls)\b"
    r"|funny how\b[^.!?\n]{0,40}\bphone\b|out (?:on|into) (?:your|ur|the) phone\b"
    r"|call(?: (?:at|after|only|anytime|any time|whenever))?[.!]"
    r"|text (?:me|us) (?:outside|there|on it)\b"
    r")"
)
REACH_WORDS = words(
    "dial dials dialed dialing dialer punch ring rings phone phones buzz bell give"
    " my our his her their me mine us i ill answer answers pick where"
    " contacts contact book hit press tap push green call calls calling text txt sms"
    " landline telephone how marca marcame marcale marco llamame llamale"
    " llama fone digits numbers that thats is put know funny u pocket it"
)

# Who reads along, and what a filter does to it.
WATCHER = re.compile(
    r"\b(?:"
    r"(?:can'?t|cant|cannot|won'?t|not allowed to|not supposed to|shouldn'?t) (?:type|write|say|put|post"
    r"|spell) (?:it|this|that|them|numbers)\b"
    r"|(?:don'?t|dont|can'?t|cant|won'?t|wont|not|never|cannot|isn'?t|shouldn'?t|like"
    r"|trust)\b[^.!?\n]{0,24}\b(?:writ(?:e|ing)|typ(?:e|ing)|put(?:ting)?|say(?:ing)?|post(?:ing)?"
    r"|spell(?:ing)?|send(?:ing)?|text(?:ing)?)\b (?:(?:it|that|this|them|my \w+|numbers?"
    r"|the \w+) )?(?:(?:all |out )?(?:on|in|through|over|to) (?:here|this|these|the app|text|chat)"
    r"|down here|plain(?:ly)?|out loud|straight|properly|directly)\b"
    r"|(?:they|the \w+|it|this(?: thing| app| chat)?|bot|robot|filter|system|office|company|app|computer"
    r"|machine|somebody|someone)(?:'s| is| are| will| always| just| only)? (?:reads?|scans?|watch(?:es)?"
    r"|monitors?|checks?|stars?|blanks?|blocks?|censors?|eats?|hides?|deletes?|flags?|bleeps?|listens?"
    r"|swallows?|strips?|removes?|catch(?:es)?) (?:these|this|it|them|that|for (?:these|them|it|numbers"
    r"|phone)|my|our|numbers?|digits|texts?|everything|what|along|out|for|phone)\b"
    r"|(?:star(?:s|red)?|blank(?:s|ed)?|bleep(?:s|ed)?|block(?:s|ed)?|censor(?:s|ed)?|cut(?:s)?|filter(?:s"
    r"|ed)?|flag(?:s|ged)?) (?:it |them |that |numbers |me )?out\b"
    r"|(?:so|or|cuz|because|bc|before|else) (?:it|they|this|the \w+) (?:doesn'?t|doesnt|don'?t|dont|won'?t"
    r"|gets?|will|will not|wont|can'?t|cant) (?:\w+ )?(?:star|blank|block|censor|catch|see|hide|flag|bleep"
    r"|delete|remove|filter|notice|eat|read)(?:ed|s)?\b"
    r"|(?:gets?|got|get) (?:blocked|blanked|censored|flagged|starred|deleted|filtered|bleeped|eaten"
    r"|stripped)\b"
    r"|has ears\b|(?:big brother|eavesdrop\w*|snoop\w*|spy(?:ing)?)\b"
    r"|don'?t trust (?:these|this|the) (?:text|chat|app|program|thing|system|messag)\w*"
    r"|someone(?:'s)? (?:is )?reading\b"
    r"|para que no (?:lo |la |los )?(?:borren?|bloqueen?|tapen?|vean|lean)\b|no lo escribas\b"
    r"|(?:rules|base) make me type\b"
    r")"
)
WATCHER_WORDS = words(
    "write writing type typing put say post posting spell send read reads reading"
    " scan scans watch watches monitor monitors star stars starred"
    " blank blanks blanked block blocks blocked censor censors censored eat eats hides"
    " hide delete deletes flag flags flagged bleep bleeps listens ears trust"
    " brother snoop spying spy catch catches see notice filter filters filtered bot"
    " robot para escribas trust swallows strips make"
)

# It is not what it looks like.
DENIAL = re.compile(
    r"\b(?:"
    r"(?:isn'?t|isnt|is not|not|aren'?t|arent|ain'?t|no es|wasn'?t|they'?re not|it'?s not|its not"
    r"|nor) (?:really |actually |real |even |exactly |meant to |a real |any |my |on |from "
    r"|an? )*(?:\w+[- ]?){1,3}(?=[.,!;)\n]|$| (?:if|but|it|its|you|u|so|wink|lol|haha)\b)"
    r"|(?:totally|definitely|certainly|absolutely) not\b|opens? nothing\b"
    r"|none of (?:it|them|that|those) (?:is|are)\b"
    r"|(?:don'?t|dont|do not) (?:pay|feed|give|open|eat|buy|order) (?:it|them|that)\b|by \w+ i mean\b"
    r"|if (?:you|u) (?:know|get|catch) (?:what|my)\b|(?:you|u) (?:know|get) what i mean\b|wink\b"
    r"|read between the lines\b|u can figure\b|you can figure\b|figure it out\b|talks? back\b"
    r"|not walks\b|will like (?:it|them)\b|would like (?:it|them)\b"
    r"|your phone (?:app )?will (?:like|know|love)\b|quote unquote\b|so[- ]called\b|well\W+sort of\b"
    r"|just (?:a )?random number\b|happens to\b"
    r")"
    r"|;-?\)"
    r"|😉"
    r"|😏"
    r"|\"[a-z ]{3,20}\""
)
DENIAL_WORDS = words(
    "isn isnt not aren arent ain no wasn nor totally definitely nothing none don dont"
    " do by if you u know wink read figure talk talks will would quote called random happens"
)
