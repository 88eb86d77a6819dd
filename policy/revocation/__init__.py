"""Texts that ask in their own words for no more texts: "please stop texting me", "take me off this list", "no me escribas más".

US rule: any wording that a reasonable person understands so revokes consent (47 CFR 64.1200(a)(10)). What is found goes to a
person, who decides. A text counts when it asks it for the phone it came from and of texts altogether: not for somebody else's
phone, not of walks or treats, not only for the night, and not where it is denied, quoted or told of others. English, Spanish and
French, with typos and text speak. `benchmarks.revocation` measures recall and false alarms on labelled texts.
"""

from policy.revocation.reading import LONGEST_READ, language_of, revokes

__all__ = ["LONGEST_READ", "language_of", "revokes"]
