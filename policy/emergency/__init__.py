"""Words that say an animal, a person or the house is in danger, in English and Spanish. The owner is told at once, whoever is on duty.

A phrase counts where it is said of now: not in a quotation, behind a negation ("not an emergency"), in a condition ("if she gets out"), or
as history ("had a seizure last year"). Clauses are looked at one by one, so that "no emergency, but he is bleeding" is one. Rather a false
alarm than a missed one. `benchmarks.emergency` measures both on labelled texts.
"""

from policy.emergency.reading import LONGEST_READ, is_urgent

__all__ = ["LONGEST_READ", "is_urgent"]
