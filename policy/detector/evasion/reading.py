"""Talk about how to read what is written: join it, leave something out, swap, count, spell, turn it round.

Each entry is one idea: its name (part of a finding's rule), the sentence for people, and the patterns.
"""

import re
from dataclasses import dataclass

from policy.detector.wordlist import words


@dataclass(frozen=True, slots=True)
class Trick:
    """One way to talk about reading; `pattern` runs on the lower-case view."""

    name: str
    reason: str
    pattern: re.Pattern[str]


def trick(name: str, reason: str, *patterns: str) -> Trick:
    return Trick(name, reason, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))


_THEM = r"(?:it|them|those|these|that|this|all|everything|the \w+|both|each)"
_DROP = (
    r"(?:remov(?:e|ing)|without|minus|drop(?:ping)?|ignor(?:e|ing)|skip(?:ping)?|tak(?:e|ing) (?:out|off"
    r"|away)|leav(?:e|ing) (?:out|off)"
    r"|los(?:e|ing)|ditch|delet(?:e|ing)|strip(?: out| off)?|throw (?:out|away)|lop off|chop off"
    r"|cut (?:out|off)|toss(?: out)?|forget"
    r"|cross out|erase|knock off|disregard|omit|pull out|get rid of|no|quita(?:ndo|le)?|sin)"
)
_MARKS = (
    r"(?:dots?|periods?|points?|colons?|dash(?:es)?|hyphens?|(?:money |dollar |pound )?signs?|letters?"
    r"|junk|stars?|asterisks?|spaces?|symbols?"
    r"|words?|x'?s|decimals?|commas?|slash(?:es)?|units?|emojis?|noise|fluff|filler|names?|brackets?"
    r"|parenthes[ei]s|hash(?:es|tags)?|percents?"
    r"|punctuation|ones|twos|threes|fours|fives|sixes|sevens|eights|nines|zero(?:e?s)?|(?:one|two|three"
    r"|four|five|six|seven|eight|nine|zero|\d)"
    r"|first (?:\w+ )?(?:\d|one|two|three|four|digits?)|last (?:\w+ )?(?:\d|one|two|three|four|digits?)"
    r"|animals?|fruits?|foods?|pets?|paws|bones|hearts?"
    r"|puntos|letras|espacios|signos)\b"
)
_UNIT = r"(?:one|digit|number|letter|character|char|figure|num|word|key|item|pair|two)"
_NTH = r"(?:other|second|2nd|third|3rd|fourth|4th|even|odd)"
_MARK_NAME = r"(?:dot|at sign|period|point|dash|hyphen|slash|nothing|nada|filler|zero|space|underscore)"

READING: tuple[Trick, ...] = (
    trick(
        "join",
        "says to put pieces together",
        rf"\b(?:string|put|stick|glue|join|mash|squash|smush|push|slide|line|stack|read|say|run|piece|stitch"
        rf"|add|pop|type|write|key|tack|bunch|squish|mush|place|set)(?:ing)? {_THEM}"
        r"[^.!?\n]{0,20}?\b(?:together|up|in a row|side by side|end to end|in order|across|back to back"
        r"|straight|in one (?:go|line)|as one|in that order|down the line)\b",
        r"\b(?:all |as )?(?:one|1|a single|1 long|one long) (?:word|string|number|line|piece)\b|\bas one\b"
        r"|\bno spaces?\b|\bwithout (?:the |any )?spaces?\b",
        r"\bin (?:that|this|the same|birth|reading|exactly that|the) (?:exact )?order\b|\(together\)"
        r"|\ball together now\b|\bback to back\b|\bend to end\b",
        r"\bone after (?:another|the other)\b|\bside by side\b|\bjunt(?:o|a|os|as)\b|\btodo junto\b|\bcombine\b"
        r"|\bin a row\b|\bread (?:it |that |them )?straight\b",
        r"\bconnect the dots\b|\b[a-z]{3} = (?:me|my)\b|\b(?:add|sum|total) (?:it|them"
        r"|that) (?:all )?up on (?:your|ur|the) phone\b|\bstick\b[^.!?\n]{0,24}\bin front\b",
    ),
    trick(
        "leave out",
        "says what to leave out when reading",
        rf"\b{_DROP} (?:out )?(?:the |all |every |each |any |of |all the |those |my |a |an |off )*{_MARKS}",
        r"\b(?:the )?(?:x|xs|x's|stars?|dots?|dash(?:es)?|emojis?|letters|words?|animals|paws|hash(?:es)?"
        r"|spaces) (?:is|are|r|means?|mean|don'?t|dont|do not) (?:nothing|nada|just |filler|there|noise|count"
        r"|mean|matter|junk|for show)",
        r"\b(?:only|just) (?:read |use |keep |take )?(?:the )?(?:numbers?|digits|numerals|figures|letters"
        r"|capitals?|caps|shouty bits|initials|first letters?|big letters|uppercase|bold|vowels|odd ones"
        r"|even ones)\b",
        r"\b(?:what'?s left|whats left|the rest of it|what remains|what is left) (?:is|are|'s)\b"
        r"|\bminus (?:the |all the )?(?:junk|noise|fluff|extra)\b",
        rf"\b(?:only |read |keep |use |take |pick |just )*(?:every|each) {_NTH} {_UNIT}\b"
        rf"|\bonly (?:read )?(?:every|each) {_NTH}\b",
        rf"\bbetween (?:every|each) \w+ is\b|\b(?:between|inside|hidden in|among) the (?:letters|words|emojis)\b"
        rf"|\bpick out (?:the )?{_UNIT}s\b",
    ),
    trick(
        "swap",
        "says what to change when reading",
        r"\b(?:swap|switch|flip|chang|replac|trad|substitut|exchang|turn|mak)(?:e|es|ing)? (?:the |every "
        r"|each |all |those |that |this |my |in |out |both )*"
        r"(?:[^\s]{1,12} ){0,3}?(?:for|with|into|to|pairs?|two|around|order|a real|x)\b",
        rf"\b[a-z]+(?:'s| is| are| means?| stands? for| =) (?:a |an |the |your |my )?{_MARK_NAME}\b",
        rf"[^\w\s] ?(?:=|is|means) ?(?:a |an |the )?{_MARK_NAME}\b",
        r"\b(?:add|plus|minus|subtract|take|less|lower|raise|bump|up|shift|move)(?:ing|ed)? (?:by )?(?:one|two"
        r"|three|1|2|3|a \w+) ?(?:to|from|off|on|up|down)? ?(?:each|every|all|them|it|of)\b",
        r"\b(?:minus|plus|add|less) (?:one|two|three|1|2|3) (?:each|on each|to each|everywhere|all)\b"
        r"|\beach (?:digit|number|one|figure)(?:'s)? (?:is |are |goes |needs |one |plus |minus |up |down |off "
        r"|bigger|smaller)",
        r"\b(?:make|take) each (?:digit|number|one|figure)|\btop(?:ping|ped)? (?:it |them )?up to\b|\b(?:halve"
        r"|halving|double|doubling|triple|treble) (?:each|every|them|it|all)\b",
        r"\b(?:decode|decipher|decrypt|convert|unscramble|translate|crack)\b|\bin (?:decimal|hex|binary|base ?\d\d"
        r"|morse|roman|pig latin|roman numerals|reverse)\b|\bbase ?(?:64|sixty)\b|\bhex\b",
        r"\bchange the (?:xx|x|star|dot|hash)\b|\b(?:put|stick|add) (?:the |a |an |in |back |real "
        r"|some )*(?:dots?|at(?: sign)?|dash(?:es)?|hyphens?|slash(?:es)?|underscores?) (?:in|back|where"
        r"|between|after|before|and)\b",
    ),
    trick(
        "turn round",
        "says to read it the other way round",
        r"\bback ?wards\b|\bin reverse\b|\breversed?\b|\bback to front\b|\bright to left\b|\bmirror\b"
        r"|\bupside down\b|\bthe other way (?:round|around)\b|\bal reves\b|\bthe other way\b",
        r"\bfrom (?:the )?(?:back|end|right|last)(?: to| side|,|\b)|\blast (?:digit|one|number|bit|part|half|four|piece) first\b"
        r"|\bread (?:it|this|that) back\b|\bflip(?:ped)? (?:it|them|that|this)\b",
    ),
    trick(
        "count",
        "gives a puzzle to work out",
        r"\b(?:number of|count(?:ing)?(?: the)?|how many) letters\b|\bfirst (?:letters?|bits?|initials?|halves"
        r"|parts?|syllables?)(?: of)?\b|\binitials?\b|\brhym(?:e|es|ing)\b",
        r"\b(?:a|alpha) ?(?:=|is|equals) ?1\b|\b(?:as|into) (?:numbers|digits)\b|\bby (?:its"
        r"|their) (?:numbers?|position)\b|\bcapital letters?\b|\b(?:shouty|shouted|yelled) (?:bits?|parts?"
        r"|words?)\b|\bread (?:the |only )*(?:capitals?|caps)\b",
        r"\bour ages\b[^.!?\n]{0,30}\border\b|\b(?:puzzle|riddle|cipher|secret code|brain ?teaser)\b"
        r"|\badd(?:s)? up to me\b|\brecipe for (?:reaching|calling|texting)\b|\bgrocery list you can dial\b",
        r"\b(?:roman|morse|binary|nato|phonetic|semaphore|bingo|atomic)\b[^.!?\n]{0,12}\b(?:style|numerals?"
        r"|code|numbers?|alphabet)?",
    ),
    trick(
        "spell",
        "says to spell it on a keypad",
        r"\b(?:on|with|using) (?:the|your|ur|a|an|my|any) (?:old )?(?:keypad|key ?pad|dial ?pad|dialer"
        r"|phone ?pad|keys|keyboard|phone keys|number pad|phone)\b[^.!?\n]{0,12}(?:spell|press|type|punch|:)?",
        r"\bspells? (?:itself|it out|out|it on|me)\b|^keypad:|\b(?:hold|without|no|off) (?:the )?shift\b"
        r"|\bsame keys\b|\bletters on (?:the |a |your )?(?:phone|keypad|keys)\b|\bphone letters\b",
        r"\b(?:keypad|dialer|dial pad)\b[^.!?\n]{0,24}\b(?:then|letters|spell)\b|\bkeys? on (?:the|your"
        r"|ur) phone\b",
    ),
    trick(
        "same as",
        "says that a part is the same as another number",
        r"\bsame as (?:my|the|your|our|his|her|that) (?:\w+ )?(?:apartment|apt|house|door|gate|lockbox|street"
        r"|room|unit|locker|birthday|zip|box|flat|alarm|code|bus|year|license|plate)\b",
        r"\b(?:ends?|finish(?:es)?|starts?|begins?) (?:just |exactly )?(?:like|as|the same as) (?:the|my|your"
        r"|our|his|her)\b|\bas (?:my|the|our) (?:apartment|house|door|street|room|unit|flat) number\b",
        r"\b(?:my|our|the) (?:apartment|apt|house|door|room|flat|street|unit)(?: number)? (?:is|and"
        r"|#)?[^.!?\n]{0,12}\d{3,4}[^.!?\n]{0,20}\b(?:phone|ends|number|line)\b",
    ),
    trick(
        "between",
        "says what stands between two parts",
        r"\b(?:with|w|put|and|add|has)? ?(?:a|an|the|some|one) (?:dash|hyphen|dot|underscore|period|slash|line"
        r"|at(?: sign)?|@|point)s? (?:in (?:the )?(?:middle|between|there)|between|in it|after|before"
        r"|at the end)\b",
        r"\b(?:dash|hyphen|dot|underscore|period)s? (?:in (?:the )?(?:middle|between)|in it|between"
        r"|at the end)\b|\bthe usual (?:thing|sign|symbol|bit|one|stuff|dot)\b|\byou know what (?:goes|is"
        r"|sits) (?:in|between|there)\b",
        r"\b(?:before|after|behind|in front of|left of|right of) (?:the )?(?:at(?: sign)?|@|swirl|swirly"
        r"|squiggle|snail|sign|google|gmail|yahoo|hotmail|outlook)\b|\b(?:swirly|curly|snail|circled|little) a\b"
        r"|\bat sign\b|\bput an at\b",
        r"\bgoes? in front\b|\bin front (?:of it|is|comes)\b|\bcomes (?:in )?(?:front|before)\b",
    ),
)

# A text without any of these is true no such talk.
READING_WORDS = words(
    "string strung put stick glue join mash squash smush push slide line stack read"
    " reading say run piece stitch add pop tack one 1 single"
    " word words spaces space order together row side end another junto junta juntos"
    " juntas combine connect abc remove removing without"
    " minus drop dropping ignore ignoring skip skipping take taking leave leaving"
    " lose losing ditch delete strip throw lop chop cut toss"
    " forget cross erase knock disregard omit pull rid quita quitando quitale sin"
    " x xs star stars dot dots dash dashes emojis letters hash"
    " spaces only just left rest every each between swap swapping switch flip flipped"
    " change changing replace trade substitute turn make"
    " means mean is plus subtract less add bump shift halve double doubling decode"
    " decipher decrypt convert unscramble translate crack"
    " decimal hex binary morse roman base backwards backward reverse reversed back"
    " mirror upside way reves right last number count how"
    " first initials initial rhyme rhymes rhyming capital capitals caps shouty puzzle"
    " riddle cipher nato phonetic bingo atomic ages recipe"
    " keypad dialer dial keys keyboard pad spell spells same ends end starts begins"
    " dash hyphen underscore usual swirly curly snail sign"
    " behind front squish place set"
)
