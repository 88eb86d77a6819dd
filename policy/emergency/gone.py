"""An animal that is gone or taken, or dead. A happy end ("found him"), a joke or a film takes these back."""

from __future__ import annotations

import re

from policy.emergency.vocabulary import ANIMAL, CANT, SHE

GONE = re.compile(
    "|".join(
        (
            r"\bran (?:away|off)\b(?! from (?!me\b|us\b|home\b|the (?:house|yard|park|sitter)))",
            r"\brunning (?:down|in|into|across|through) the (?:street|road|highway)\b",
            r"\btook off\b(?! (?:his|her|my|the|your|their|at|from|on time|late|work))",
            r"\bbolted\b",
            r"\bjumped (?:over )?the fence\b",
            r"\bslipped (?:out|his|her|the|its|away)\b",
            r"\bescaped\b(?! from (?:his|her|the) (?:cone|sweater|crate|pen|harness|bath|jail))",
            r"\bbroke (?:loose|free|out)\b",
            r"\bon the loose\b",
            r"\b(?:is|are|got|dogs?) loose\b",
            r"(?<!\bi )(?<!\bwe )(?<!just )\bgot (?:out\b(?! of (?!the (?:yard|house|gate|fence|door|backyard|apartment|harness|"
            r"car)|her harness|his harness|his collar|her collar))|away\b(?! with))",
            r"\bgate (?:is|was) wide open\b",
            r"\bflew (?:away|off|out)\b",
            r"\b(?:been|is|are|he's|she's) gone\b(?=.*\b(?:gate|door|fence|yard|min\w*|hours?|find|looking)\b)",
            rf"\b(?:lost|losing) (?:{SHE}\b(?! (?:the|race|time)\b)(?! (?:(?!in|at|on|near|by|from|and|to|after)\w+ )?"
            r"(?:balls?|toys?|leash|leashes|collars?|tags?|bowls?|keys?|tooth|teeth|food|appetite|beds?|weight)\b)|sight of)",
            rf"\b(?:{SHE})(?: is|'s| are| has gone| went| has been| have been| been| still)+ missing\b(?! (?:you|me|us|her|his|"
            r"their|a|an|the|some|one))",
            rf"\bmissing {ANIMAL}\b",
            # "Lost" as a state: "he's lost his toy" and "lost without you" are none.
            rf"\b(?:{SHE})(?: is|'s| are| got| gets| still)+(?: now| really| still)? lost\b"
            r"(?=\s*(?:[!.,;]|$|and (?!confused)|somewhere|out (?:there|in)|outside|near|since|please|help|call|for (?:hours|an hour|\d)|"
            r"in the (?:woods?|park|rain|streets?|forest|neighborhood|snow|dark|storm)))",
            rf"\b{CANT} (?:find|see|locate) (?:{SHE})\b(?! (?:toys?|leash|leashes|collars?|tags?|bowls?|keys?|food|meds|"
            r"medicine|beds?|harness|treats?|brush|carrier|file|records))",
            rf"\b(?:don't|do not|dont|no) (?:know|idea) where (?:{SHE})\b(?! (?:toys?|leash|collar|food|bowls?|keys?))",
            rf"\b(?:someone|somebody|they) (?:stole|took) (?:{SHE})\b(?! (?:toys?|leash|collar|to the|out|for))",
            r"\b(?:was|were|been|got) (?:stolen|dognapped)\b",
            rf"\b(?:attacked) (?:by|{SHE})\b",
            r"\b(?:was|got|were|being) attacked\b",
            r"\bcollapsed\b(?! (?:on|onto|in|into) (?:the|his|her|my) (?:couch|sofa|bed|chair))",
            rf"\b(?:{SHE})(?: is|'s| are)(?: \w+)? dying\b(?! (?:to|of|laugh|for))",
            rf"\b(?:{SHE}) (?:just )?(?:died|passed away)\b",
            rf"\b(?:{SHE})(?: is|'s) dead\b(?! (?:tired|asleep|set|serious|weight))",
            r"\bfound (?:him|her|them) dead\b",
            r"\bdead (?:dog|cat|fish|bird)\b",
            r"\bse (?:me |nos |le )?(?:escapo|solto|perdio)\b",
            r"\b(?:esta|estan|anda|andan) perdid[oa]s?\b(?! (?:sin|en (?:sus|el sofa)))",
            r"\bse (?:me |nos |le )?(?:escaparon|soltaron|perdieron)\b",
            r"\bse (?:me |nos )?salio\b(?! (?:bien|todo))",
            r"\bperd(?:i|imos|io) (?:a|al|a la)\b",
            r"\bno (?:lo|la|los|las) (?:encuentro|encontramos|veo|vemos)\b",
            r"\bno (?:encuentro|encontramos) (?:a|al)\b",
        )
    )
)
