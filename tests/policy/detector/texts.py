"""Hypothesis strategies: any text, and texts made of pieces that contacts are made of."""

from hypothesis import strategies as st

from policy.detector.wordlist import words
from tests.policy.detector.samples import FOUND, PASSES

_PIECES = (
    *words("619 701 0558 6 oh five double at dot com @ . gmail jenny_wags $ venmo insta my call text me is"),
    *words("name on https:// www. / - ( ) +1 order number cash app off the pay what's your same backwards"),
    *(
        "[removed]",
        "\n",
        " ",
        "６",
        "е",
        "\u200b",
        "6️⃣",
        "🐶",
        "𝟼",
        "٦",
        "ﷺ",
        "İ",
        "\ud800",
        "\x00",
        "area code",
    ),
)

anything = st.text(st.characters(exclude_categories=()), max_size=60)
_known = st.sampled_from([text for texts in (*FOUND.values(), *PASSES.values()) for text in texts])
_built = st.lists(st.sampled_from(sorted(_PIECES)), max_size=24).flatmap(
    lambda pieces: st.sampled_from((" ", "", "-")).map(lambda joint: joint.join(pieces))
)

# Ordinary and hostile alike: whole samples, broken samples, pieces, and any characters at all.
messages = st.one_of(
    anything, _built, st.lists(st.one_of(_known, _built, anything), max_size=4).map(" ".join)
)
