"""Ordinary words and names: what a handle, a mailbox or a web name is unlikely to be."""

from policy.detector.wordlist import words

WORDS = words(
    "a about absolutely account accounts across actually ad ads after afraid again age all allowed"
    " almost alone along already also always am amazing an and annoying another any anymore anyone"
    " anything anyway app apps are aren't around as ask at available away awesome awful back bad banned"
    " bank based be because been before began behind being best better between big birthday bit blocked"
    " blue bored boring both bought bowl bowls box break bring broke broken brother brothers business"
    " busy but buy by call called came can cancelled can't car care cards cash cat cats caught charged"
    " charging check checked cheap children class clean close closed code cold coming company"
    " complicated confusing cool could counter couple crate crazy customer cute daily dad day days dead"
    " declined deleted did didn't different dinner disabled discord do does doesn't dog dogs doing done"
    " don't door down drink dry due during dying each early easier easiest easy eat else email empty end"
    " enough error even evening ever every everyone everything everywhere expensive experience facebook"
    " fake family famous fast favorite feed feeding fees few fine first fixed flaky food for forgot"
    " found free friend friends from front frozen full fun funny gate get gets getting girl give glitchy"
    " go goes going gone good got great group guest guys had hacked half handle hand happy hard has hate"
    " have haven't having he hear heard hello help helpful her here hers hey hi hilarious him his home"
    " hot hours house how huge husband i idea if important in inactive info inside instead insta"
    " instagram into is isn't it it's its job just keep key keys kids kind kitchen know late later"
    " latest leash leave left less let like lights line linked list little live loading locked long look"
    " looking lost lot lots love loved luck mail main make making man many marketplace maybe me mean"
    " meds memories message messages messed messenger might mine missing mom monday money month more"
    " morning most mother move much mum must my name near need needed needs never new next nice night no"
    " nobody none noon normal not nothing now number of off office offline often ok okay old on once one"
    " ones online only open or other our out outdated over own page paid park password pay payment"
    " payments pet pets phone photo photos pic pics picture pictures place plan please pm pointless poor"
    " popular post posted posts pretty private probably problem profile public puppies puppy put quick"
    " quiet quite ready real really reason red refund rest right room rude run running sad safe said"
    " same sat saturday saw say says scam school secure see seems seen send sent service set setup she"
    " she's short should show sick side signal silly since sister sisters sitter slow small snap so some"
    " someone something sometimes son soon sorry spam starting stays still stop store strong stuck stuff"
    " stupid such sunday super sure suspended take taken talk team tell terrible text than thank thanks"
    " that that's the their them then there there's these they thing things think this those through"
    " thursday time times tired to today together told tomorrow tonight too toxic transfer treats trip"
    " true try trying tuesday turned twice two under unit unlocked until up update updated upset us use"
    " used user username using usually venmo verified very vet video videos visit visits wait waiting"
    " walk walker walks want wanted was wasn't watch water way we weak wednesday week weekend weeks"
    " weird well went were what when where which while white who why wife will with without work worked"
    " working works worse worst would wrong yard yeah year years yes yesterday yet you your yours yep"
    " yup nope lol haha omg btw pls plz thx idk tbh ttyl asap removed dm dms me@ accepted preferred"
    " required welcome possible needed optional easier faster instant anytime whenever wherever whatever"
    " ads filters stories story reels feed streak streaks pending received requested processed confirmed"
    " processing failing failed crashing crashed lagging acting spelled called directly personal instead"
    " username handle id gamertag too either neither alright alrighty awesome perfect honestly literally"
    " basically nowadays recently mostly mainly strictly purely anywhere somewhere nowhere everybody"
    " somebody anybody themselves ourselves myself himself herself itself yourself models model grandma"
    " grandpa aunt uncle cousin neighbors neighbor landlord groomer trainer walkers sitters owner owners"
)

NAMES = words(
    "aaron adam alan alex alice amanda amy ana andrea andrew angela anna anne anthony ashley barbara"
    " ben beth bill bob brad brandon brian bruce carl carla carlos carol carolyn cathy charles charlie"
    " chris christina cindy claire colin craig dan daniel dave david dawn deb deborah debra dennis derek"
    " diana diane don donna doug ed edward elena elizabeth ellen emily emma eric erica evan frank fred"
    " gary george grace greg hannah harry heather helen henry ian jack jackie jacob jake james jamie jan"
    " jane janet jason jay jean jeff jen jenna jennifer jenny jeremy jess jesse jessica jill jim jo joan"
    " joe joel john jon jonathan jordan jose josh joshua joy juan judy julia julie justin karen kate"
    " katherine kathy katie keith kelly ken kevin kim kofi kyle laura lauren lee leo lily linda lisa liz"
    " lori louis lucas lucy luis luke marcus maria marie marie mark martin mary matt matthew megan"
    " melissa michael michelle miguel mike mina molly monica nancy natalie nate nathan nick nicole nina"
    " noah nora olivia omar pam pamela pat patricia patrick paul paula peter phil priya rachel raj ray"
    " rebecca rich richard rick rob robert robin roger ron rosa rose ruth ryan sam samantha sandra sara"
    " sarah scott sean shannon sharon shawn sofia sophia stephanie stephen steve steven sue susan tara"
    " taylor ted teresa terry thomas tim tina todd tom tony tracy tyler vanessa victor victoria wendy"
    " will william yuki zach zoe"
)


def is_ordinary(word: str) -> bool:
    """Whether a lower-case word is one that people use in passing."""
    return word in WORDS or word in NAMES or word.rstrip("s") in WORDS


def is_handle_like(word: str) -> bool:
    """Whether a lower-case word could be a chosen name: figures, joints, or length, and no ordinary word."""
    if not 3 <= len(word) <= 40 or is_ordinary(word):
        return False
    return any(not c.isalpha() for c in word) or len(word) >= 5
