"""Numbers in Russian, in Cyrillic and in Latin letters."""

from policy.detector.languages.table import language

_LATIN = dict(zip(["nol", "odin", "dva", "tri", "chetyre", "pyat", "shest", "sem", "vosem", "devyat"],
                  ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True))  # fmt: skip

RUSSIAN = language(
    "ru",
    ones="ноль один два три четыре пять шесть семь восемь девять",
    teens="десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать" " семнадцать восемнадцать девятнадцать",
    tens="двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    more={"нуль": "zero", "потом": "then", "сто": "one hundred", "двести": "two hundred", "триста": "three hundred",
          "пятьсот": "five hundred", "шестьсот": "six hundred", "семьсот": "seven hundred", "восемьсот": "eight hundred",
          "девятьсот": "nine hundred", "chetire": "four", "pyat'": "five", "shest'": "six", "sem'": "seven", "vosem'": "eight", **_LATIN},
    also="tri sem sorok",
)  # fmt: skip
