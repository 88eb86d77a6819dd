"""Words that several signs of danger share, as pieces of patterns: animals, what they must not eat, what breaks."""

from __future__ import annotations

ANIMAL = r"(?:dogs?|cats?|pupp(?:y|ies)|pups?|kittens?|kitty|birds?|parrot|rabbit|bunny|hamster|guinea pig|ferret|turtle|pets?)"
SHE = rf"(?:he|she|they|it|him|her|them|(?:(?:the|my|our|your|a|his|her) )?{ANIMAL})"
CANT = r"(?:can'?t|cannot|can not|couldn'?t|could not|won'?t|will not|unable to)"
ATE = (
    r"(?:ate|eaten|eating|swallowed|chew(?:ed|ing)(?: up| through)?|licked(?: up)?|drank|drinking|got into|ingested|"
    r"comio|trago|tomo|bebio)"
)
TOXIC = (
    r"(?:chocolates?|brownies?|grapes?|raisins?|xylitol|onions?|garlic|macadamias?|antifreeze|poison|bait|bleach|detergent|"
    r"pills?|medications?|medicine|meds|ibuprofen|advil|tylenol|aspirin|aleve|edibles?|weed|marijuana|mushrooms?|batter(?:y|ies)|"
    r"socks?|hooks?|magnets?|lil(?:y|ies)|uvas?|pasas|veneno|pastillas?|medicinas?|cebollas?|anticongelante|huesos?|calcetin(?:es)?)"
)
PART = r"(?:leg|ankle|arm|hip|wrist|foot|paw|back|neck|jaw|bone|rib|tail|pelvis)"
