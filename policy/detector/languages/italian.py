"""Numbers in Italian."""

from policy.detector.languages.table import language

ITALIAN = language(
    "it",
    ones="zero uno due tre quattro cinque sei sette otto nove",
    teens="dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
    tens="venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    more={"poi": "then", "cento": "hundred", "doppio": "double"},
    also="zero uno due tre sei otto",
)
