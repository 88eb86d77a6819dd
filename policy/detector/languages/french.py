"""Numbers in French, in France and Québec."""

from policy.detector.languages.table import language

_SEVENTIES = zip(
    ["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"],
    ("", "one", "two", "three", "four", "five", "six"),
    strict=True,
)

FRENCH = language(
    "fr",
    ones="zéro un deux trois quatre cinq six sept huit neuf",
    teens="dix onze douze treize quatorze quinze seize",
    tens="vingt trente quarante cinquante soixante",
    more={
        "zero": "zero", "une": "one", "cent": "hundred", "dix sept": "seventeen", "dix huit": "eighteen", "dix neuf": "nineteen",
        "soixante dix sept": "seventy seven", "soixante dix huit": "seventy eight", "soixante dix neuf": "seventy nine",
        "quatre vingts": "eighty", "quatre vingt": "eighty", "quatre vingt dix": "ninety", "quatre vingt dix sept": "ninety seven",
        "quatre vingt dix huit": "ninety eight", "quatre vingt dix neuf": "ninety nine", "et": "and", "puis": "then", "double": "double",
        **{f"soixante {word}": f"seventy {one}".strip() for word, one in _SEVENTIES},
        "quatre vingt onze": "ninety one", "quatre vingt douze": "ninety two", "quatre vingt treize": "ninety three",
        "quatre vingt quatorze": "ninety four", "quatre vingt quinze": "ninety five", "quatre vingt seize": "ninety six",
    },
    also="un six et double cent neuf",
)  # fmt: skip
