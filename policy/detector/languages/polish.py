"""Numbers in Polish."""

from policy.detector.languages.table import language

POLISH = language(
    "pl",
    ones="zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    teens="dziesięć jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście" " osiemnaście dziewiętnaście",
    tens="dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt" " osiemdziesiąt dziewięćdziesiąt",
    more={"potem": "then", "sto": "one hundred", "dwieście": "two hundred", "trzysta": "three hundred", "pięćset": "five hundred",
          "sześćset": "six hundred", "siedemset": "seven hundred", "osiemset": "eight hundred", "dziewięćset": "nine hundred"},
    also="zero",
)  # fmt: skip
