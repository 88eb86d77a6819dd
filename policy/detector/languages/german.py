"""Numbers in German, with the "zwo" of the telephone."""

from itertools import product

from policy.detector.languages.table import language

_ONES = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
_ENGLISH = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = dict(zip(["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"],
                 ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True))  # fmt: skip

GERMAN = language(
    "de",
    ones="null eins zwei drei vier fünf sechs sieben acht neun",
    teens="zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    tens=" ".join(_TENS),
    more={
        "zwo": "two", "fuenf": "five", "ein": "one", "dann": "then", "doppel": "double",
        # "Zweiundvierzig": the ones come first.
        **{
            f"{one}und{ten}": f"{english_ten} {english_one}"
            for (one, english_one), (ten, english_ten) in product(zip(_ONES, _ENGLISH, strict=True), _TENS.items())
        },
    },
    also="null elf ein",
)  # fmt: skip
