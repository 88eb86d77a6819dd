"""One spelling for what people type: "plz dont txt me nomore" and "Please don’t text me no more" read the same.

A sentence becomes words in lower case without accents and apostrophes, one blank between; a comma, a dash or a colon is a word of its own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from policy.detector.wordlist import words

# As it is read, and as people type it. None of the typed forms means something else in another of the languages.
_TYPED = {
    "you": "u yu youu yous yall yaw",
    "your": "ur yr yer youre yur",
    "please": "pls plz plss plse pleas pleaz pleez plees plese pleae pleasee pleaes plzz pleeze",
    "thanks": "thx tx ty tnx thanx thnx thks thanku tysm",
    "stop": "stp sotp stpo tsop stopp sstop stahp stap stoop",
    "stop it": "stopit",
    "text": "txt tetx txet texr tex texxt teext",
    "texts": "txts tetxs txets texs txs txtz",
    "texting": "txting txtin txtn txtng textin textn",
    "texted": "txted txtd",
    "message": "msg mesage messge messag mssg mesg",
    "messages": "msgs mssgs mesgs",
    "messaging": "msging msgin messagin",
    "dont": "dnt dony donot",
    "doesnt": "dsnt",
    "number": "num numbr nbr numba nmber nunber numer numbet #",
    "wrong": "rong wrng wron worng",
    "unsubscribe": "unsub unsubs",
    "remove": "rmv remuv remov remve reomve removee rmove remoev",
    "delete": "delet deleet dlt del delte",
    "contact": "contct contac contat",
    "sending": "sendin snding sendng",
    "send": "snd sned",
    "getting": "gettin geting",
    "receive": "recieve recive receve",
    "bothering": "botherin",
    "bugging": "buggin",
    "writing": "writting writin",
    "leave": "leav leve",
    "alone": "alon",
    "anymore": "nymore anymor",
    "again": "agn agin agen",
    "want": "wnat wnt",
    "want to": "wanna",
    "off": "offa",
    "have": "hav hv",
    "with": "w",
    "from": "frm",
    "more": "mo",
    "the": "teh",
    "and": "nd",
    "because": "cuz bcuz",
    "would": "wd wld",
    "going to": "gonna gunna",
    "im going to": "ima imma",
    "no more": "nomore",
    "por favor": "porfa porfavor porfis xfa xfavor",
    "this": "dis thiss",
    "please stop": "pleasestop plsstop plzstop",
    "opt": "optt",
    "que": "q",
    "quiero": "kiero",
    "mensajes": "msjs mjs msjes",
    "mensaje": "msj",
}
_READ_AS = {typed: read for read, many in _TYPED.items() for typed in many.split()}
# One slip in any of these is read over; what is a word itself stays.
_LONG = words(
    "texting messages messaging contacting contacted unsubscribe receiving reminders notifications harassing bothering spamming "
    "permission discontinue subscription anymore mensajes recibir recordatorios equivocado desabonner desinscrire desinscription tranquille"
)
_WORDS_THEMSELVES = frozenset(
    {
        "testing",
        "massages",
        "contracting",
        "message",
        "remainders",
        "unsubscribed",
        "subscriptions",
        "contactee",
        "contactez",
        "contacter",
    }
)
# What must be in a line before the pattern is tried, the pattern, and what is read for it.
_POLITE = (
    r"\b(?:appreciate|great|nice|grateful|thankful|glad|love|like|best|better|prefer|kind|helpful|happy|thank you)(?: it)?(?: \w+)? "
    r"if (?:you|someone|we)(?: guys| all)?(?: could| would| can| just| please)*\b"
)
_TOGETHER = tuple(
    (needle, re.compile(pattern), read)
    for needle, pattern, read in (
        ("any more", r"\bany more\b", "anymore"),
        ("un subscribe", r"\bun subscribe\b", "unsubscribe"),
        ("do n", r"\bdo no?t\b", "dont"),
        ("no one", r"\bno one\b", "noone"),
        ("does not", r"\bdoes not\b", "doesnt"),
        ("did not", r"\bdid not\b", "didnt"),
        ("is not", r"\bis not\b", "isnt"),
        ("are not", r"\bare not\b", "isnt"),
        ("arent", r"\barent\b", "isnt"),
        ("aint", r"\baint\b", "isnt"),
        ("not", r"\bcan ?not\b", "cant"),
        ("will not", r"\bwill not\b", "wont"),
        ("optout", r"\boptout\b", "opt out"),
        ("stopall", r"\bstopall\b", "stop all"),
        ("op out", r"\bop out\b", "opt out"),
        ("s t o p", r"\bs t o p\b", "stop"),
        ("how 2", r"\bhow 2\b", "how to"),
        (" if ", _POLITE, "please"),
        ("please ", r"\bplease (stop|quit|remov|delet|unsubscrib|cancel)(?:p?ed|d)\b", r"please \1"),
        ("please ", r"\bplease (remov|delet|unsubscrib)\b", r"please \1e"),
        ("thank you", r"\bthank you\b", "thanks"),
        ("x favor", r"\bx favor\b", "por favor"),
        # French, where the apostrophe was left out for a blank.
        ("m ", r"\bm (?=[aeh]\w{3})", "m"),
        ("n ", r"\bn (?=[aeh]\w{3})", "n"),
        ("d ", r"\bd (?=[aeh]\w{3})", "d"),
    )
)
_ASK = r"(?:call|phone|email|e ?mail|ring|contact|write|message|text|visit)"
_ALL = r"(?:calls|phone calls|emails|e ?mails|letters|messages|texts|text messages|voicemails|contact|notifications)"
_ASKING = r"(?:calling|phoning|emailing|ringing|contacting|writing|messaging|texting|visiting)"
_SEVERAL = tuple(
    (re.compile(rf"\b{one}(?: , {one})*(?: ,)? (?:or|and|nor) (?:to |even )?{one}\b"), read)
    for one, read in ((_ASK, "text"), (_ALL, "texts"), (_ASKING, "texting"))
)
# Written with too few letters or with the same ones twice: "mssging", "txtng", "numbr".
_SLURRED = tuple(
    (re.compile(form), read)
    for form, read in (
        (r"t+e?x+e?t+(?:i?n+g?|ign)", "texting"),
        (r"m+e?s+a?g+e?i?n+g?", "messaging"),
        (r"m+e?s+a?g+e?s", "messages"),
        (r"m+e?s+a?g+e?", "message"),
        (r"un?s+u?b?s?c+r+[aeiy]?[bvp]+e?", "unsubscribe"),
        (r"r+e?m+o*v+e?", "remove"),
        (r"n+u?m+b+e?r+", "number"),
        (r"w?r+o?n+g", "wrong"),
        (r"co?n+ta?ct", "contact"),
    )
)
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|#|,")
_OR = re.compile(r"\b(?:or|and|nor)\b")
_OURS = re.compile(r"text|messag|contact|writ|notif")
_MASKED = re.compile(r"(?<=[a-z])[*@$!_]+(?=[a-z])")
_PAUSE = re.compile(r"[,:;–—()\[\]/]+|(?<=\s)-+(?=\s)|(?<=\s)-+(?=\w)|\.{2,}|…")


def read_as(sentence: str) -> str:
    """The words of `sentence`, which is plain (`policy.prose.plain`), in the one spelling."""
    tokens = _TOKEN.findall(_PAUSE.sub(" , ", _MASKED.sub("", sentence.lower())))
    line = " ".join(map(_word, tokens))
    for needle, typed, read in _TOGETHER:
        if needle in line:
            line = typed.sub(read, line)
    return _one_of_several(line) if _OR.search(line) else line


def _one_of_several(line: str) -> str:
    """ "Call, text or email": one of them is ours, and speaks for all."""
    for several, read in _SEVERAL:
        line = several.sub(lambda found, one=read: one if _OURS.search(found[0]) else found[0], line)  # type: ignore[misc]
    return line


@lru_cache(maxsize=8192)
def _word(typed: str) -> str:
    bare = typed.replace("'", "")
    read = _READ_AS.get(bare)
    if read is not None:
        return read
    slurred = next((read for form, read in _SLURRED if form.fullmatch(bare)), None)
    if slurred is not None or len(bare) < 6 or bare in _WORDS_THEMSELVES:
        return slurred or bare
    near = (_NEAR[form] for form in (bare, *_one_less(bare)) if form in _NEAR)
    return next(near, bare)


def _one_less(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


_NEAR = {form: word for word in _LONG for form in (word, *_one_less(word))}
