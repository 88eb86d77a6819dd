"""Numbers in Tagalog; Filipinos also say the Spanish and English ones."""

from policy.detector.languages.table import language

TAGALOG = language(
    "tl",
    ones="sero isa dalawa tatlo apat lima anim pito walo siyam",
    teens="sampu",
    more={"wala": "zero", "tapos": "then", "dalawampu": "twenty", "tatlumpu": "thirty", "limampu": "fifty"},
    also="lima isa pito sero wala tapos",
)
