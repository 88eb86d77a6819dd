"""Numbers in Vietnamese; without their marks many are English words too."""

from policy.detector.languages.table import language

VIETNAMESE = language(
    "vi",
    ones="không một hai ba bốn năm sáu bảy tám chín",
    more={"lẻ": "zero", "tư": "four", "lăm": "five", "rồi": "then", "mười": "ten"},
    also="hai ba nam sau bay tam chin le tu lam roi muoi",
)
