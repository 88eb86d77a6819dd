"""Digits of Japanese, Korean, Mandarin and Hindi as people type them in Latin letters."""

from policy.detector.languages.table import language

JAPANESE = language(
    "ja",
    ones="zero ichi ni san yon go roku nana hachi kyuu",
    more={"rei": "zero", "shi": "four", "shichi": "seven", "kyu": "nine", "ku": "nine"},
    also="zero ni san go rei shi ku nana",
)
KOREAN = language(
    "ko",
    ones="gong il ee sam sa oh yuk chil pal gu",
    more={"yeong": "zero", "i": "two", "o": "five", "ryuk": "six"},
    also="il ee i sam sa oh o pal gong",
)
MANDARIN = language(
    "zh",
    ones="ling yi er san si wu liu qi ba jiu",
    more={"yao": "one", "liang": "two"},
    also="yi er san si ba ling qi",
)
HINDI = language(
    "hi",
    ones="shunya ek do teen char paanch chhe saat aath nau",
    more={
        "zero": "zero",
        "panch": "five",
        "chah": "six",
        "che": "six",
        "sat": "seven",
        "ath": "eight",
        "chaar": "four",
        "shoonya": "zero",
    },
    also="zero do teen char che sat nau",
)
