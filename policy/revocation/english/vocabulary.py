"""What the phrases are made of."""

from __future__ import annotations

from policy.revocation.phrases import vocabulary

WORDS = vocabulary(
    {
        "rude": "fucking, fuckin, fkn, fking, fcking, fing, f, effing, freaking, frickin, damn, goddamn, bloody, dang, motherfucking",
        "hell": "the, fuck, hell, heck, tf, f, eff",
        "kin": "husband, wife, spouse, partner, boyfriend, girlfriend, brother, sister, landlord, boss, roommate",
        "own": "my, our, this, the",
        "whose": """
            <own> work|personal|home|private|other|moms|dads|sons|daughters|kids|fathers|mothers|wifes|husbands|parents|grandmas?
        """,
        "phone": """
            number, phone, cell, cellphone, cell phone, mobile, mobile phone, line, iphone, device, inbox, phone number, cell number,
            digits
        """,
        "me": """
            me, us, here, <whose> <phone>, to me, to us, to|at|on <whose> <phone>, this person, this one, ourselves, anyone here,
            either of us
        """,
        # Followed by these, it is about something in the texts, or not about all of them.
        "topic": """
            about, the, a, an, pictures, pics, photos, photo, pic, videos, video, bad, back, regarding, his, her, him, that, how,
            what, where, while, unless, during, until, till, if, whether, directly, first, instead of, and tell, anything about, more
            pictures|pics|photos, in the middle, outside, off
        """,
        "pictures": """
            photos, pics, pictures, photo, pic, picture, videos, video, invoice, invoices, bill, bills, treats, card, cards, flowers,
            receipts, receipt, checks, money, food, sitters, walkers
        """,
        "of": """
            of, about, for, <pictures>, out, away, over, i, to the|his|her, to my <kin>, in the, off the, at my old, with the, from
            the|my|his|her
        """,
        "stop": """
            stop, quit, cease, halt, discontinue, refrain from, knock off, lay off, cut out, desist from, give up, leave off, kindly
            stop, hold off
        """,
        "end": """
            end, cancel, turn off, switch off, shut off, disable, deactivate, silence, mute, kill, terminate, discontinue, halt,
            cease, suspend, stop, quit, cut, cut off, shut down, eliminate, block, lay off, cool it with, chill with, ease up on,
            knock off, pause
        """,
        "texting": """
            texting, messaging, contacting, writing to?, pinging, smsing, dming, text, message, contact, reaching out to?, hitting
            up?, blowing up, communicating with?, calling and|or texting, texting and|or calling|messaging|emailing, emailing and|or
            texting, texts, msgin, corresponding with, notifying, updating, alerting, reminding
        """,
        "pestering": """
            bothering, bugging, spamming, harassing, pestering, annoying, disturbing, stalking, hounding, bombarding, flooding,
            clogging up?, filling up?, cluttering up?, tying up?, harrassing, harasing, spam, hassling, badgering, blasting,
            soliciting, advertising to, marketing to, targeting
        """,
        "sending": "sending, forwarding, giving, getting, receiving, shooting, delivering, sharing, pushing, seeing, send",
        "which": """
            me, us, any, all, of, your, the, these, those, this, such, so many, too many, my, our, more, further, other, stupid,
            another, dumb, annoying, unwanted, unsolicited, automated, automatic, auto, promo, promotional, marketing, phone,
            appointment, visit, random, constant, daily, weekly, nonstop, endless, <rude>, kind, kinds, type, types, sort, group,
            business, company, companys, mass, silly, ongoing, additional, future, anymore, from you, sms, text, a single, single, one
            more, whole, every, everyday, boring, useless, pointless, the whole, out, this whole, whatever, kinda, a, an, sorts, and
            all, different, multiple, tons of, bunch of, a bunch of, job, shift, staff, work, robo, bot, cell, mobile
        """,
        "texts": """
            texts, text messages, text message, messages, message, text, sms, sms messages, alerts, notifications, reminders, reminder
            texts, promos, promotions, ads, advertisements, marketing, spam, communication, communications, correspondence,
            solicitations, blasts, updates, text updates, text alerts, surveys, txt alerts, promo codes, text reminders, text
            notifications, msg, offers, coupons, mass texts, newsletters, blurbs, pings
        """,
        "things": """
            <texts>, stuff, crap, shit, sht, bs, garbage, junk, nonsense, things, anything, these, this, those, it, them, everything
        """,
        "list": """
            list, lists, system, systems, database, records, record, contacts, phone, texts, text, text thread, thread, group text,
            group chat, messages, messaging, distribution, roster, files, file, this, these, here, everything, notifications,
            reminders, alerts, text updates, program, thing, chain, text chain, blast, address book, mailing list, text list, contact
            list, texting, memory, phone book, service, future texts, communications, txts, texts and calls, loop, text messages, text
            alerts, promos, all, there, books, rotation, circulation, employee list, staff list
        """,
        "lists": """
            the, your, this, that, any, all, of, whatever, every, these, those, group, text, texting, contact, mailing, messaging,
            message, marketing, phone, sms, call, client, customer, customers, sitter, distribution, notification, reminder, schedule,
            <rude>, stupid, business, companys, further, future, more, automated, daily, visit, a, part of, out of, staff, job, shift,
            shifts, work, team, sitters, mass, bulk, any more
        """,
        "data": """
            number, numbers, phone number, cell number, cell phone number, contact info, contact information, contact details,
            contact, info, information, details, data, digits, cell, phone, name, name and number, personal information, personal
            info, personal data, mobile number, number and name, mobile, work number, old number, line, phone info, number info, entry
        """,
        "mine": "me, us, my <data>, our <data>, this <data>, the number, this one, this",
        "remove": """
            remove, delete, erase, wipe, clear, drop, scrub, purge, expunge, eliminate, discard, unlist, exclude, pull, yank, omit,
            strike, cross out|off, destroy, burn, shred, trash, toss, dump, ditch, lose, forget, get rid of, throw away, unsave,
            block, redact, strip, retire
        """,
        "exclude": """
            remove, delete, exclude, unenroll, disenroll, deregister, unregister, erase, take, get, pull, drop, strike, cross,
            scratch, withdraw, unsubscribe, keep, block, mute, scrub, purge, kick, cut, release, leave, expunge, removing, taking, x,
            wipe, yank, omit
        """,
        "not": "dont, doesnt, didnt, never, no longer, not, isnt, wont, wouldnt, cant, aint, havent, couldnt, no",
        "after": """
            please, anymore, again, now, already, immediately, asap, thanks, ok, okay, at all, altogether, completely, from now on,
            for good, forever, all the time, every day, everyday, every single, constantly, lol, bro, man, dude, guys, no more, right
            now, i, we, you, or, so i, because, before i|we, this is, its, if you, period, from this, with your, and
            dont|remove|take|delete|lose|leave|never|thanks|also|i|if|get|unsubscribe, bc, since, today, ever, im, that, wtf, ffs,
            over and, permanently, at once, as of, people, folks, effective, like, kindly, do, will, it, not, day, night and day,
            thats, too, plz, sir, maam, there, in, by, or i, or else, under, youre, your, then, whoever, whats, what, who, tho,
            though, jesus, god, omg, dear, hello, hi, seriously, freak, creep, idiot, idiots, weirdo, asshole, jerk, jerks, stop, and
            stop, wrong
        """,
        "notext": """
            text, texting, message, messaging, contact, contacting, sms, dm, write, write to, ping, spam, bother, harass, disturb,
            reach out to?, communicate with, hit up, hit, text or call, call or text, text or message, text or contact, call text,
            call and text, email or text, text or email, contact or text, message or text, text message, text and call, call or
            message, message or call, text or write, email call or text, call text or email, keep texting, continue texting, notify,
            alert
        """,
        "wish": """
            want, want to, wish, wish to, like, like to, care, care to, care for, desire, need any, need, consent, consent to, want
            you to, agree to, authorize, authorise, ask for, ask to, interested in, looking to, care about, approve, approve of, wish
            for, appreciate, accept, welcome, enjoy, bear, stand, take, tolerate, allow, expect, plan to, intend to, feel like, okay
            with, ok with, comfortable with, happy with, fine with, fond of, wanting, want any|the|these|your, require, a fan of,
            into, opt in to, opted in to
        """,
        "get": """
            continue to, keep, be, get, getting, have, receive, receiving, being, see, seeing, be getting, be receiving, sent, be
            sent, to be, send, sending, you to send, you sending, you texting, you contacting, you messaging, you to keep, to keep,
            remain, deal with, read
        """,
        "gotten": """
            texts, text messages, messages, message, sms, texted, messaged, contacted, notifications, alerts, reminders, promos,
            bothered, spammed, harassed, communication, communications, updates, solicitations, marketing, called or texted,
            disturbed, text alerts, text updates, text reminders, solicited, reached out to, texting me, txts, spam, texts or calls,
            calls or texts, text, texting, texting anymore, messages anymore, pinged, marketed to, hit up, correspondence, notified,
            alerted, updated by text, reminded by text
        """,
        "you": """
            you, your, you guys, you people, your company, this company, this number, this business, your business, your office, this
            place, your people, you all, you folks, your team, this
        """,
        "wronged": """
            number, person, phone, guy, girl, lady, gal, dude, man, woman, contact, recipient, cell, phone number, cell number, one,
            human, individual, chick, mom
        """,
        "right": "consent, permission, authorization, approval, ok, okay, right",
        "law": """
            fcc, ftc, police, cops, lawyer, attorney, authorities, report, reporting, sue, suing, block, blocking, tcpa, legal, court,
            complaint, bbb, attorney general, harassment, reported, blocked, carrier, lawsuit
        """,
        "told": "told, asked, tell, ask, telling, asking, tells, asks, want, wants, wanted, get, got",
        # Who follows "told" when it was us, or nobody in particular.
        "ours": """
            to, me, us, you, yall, guys, people, your, this, these, it, them, they, the, repeatedly, nicely, politely, already, again,
            before, kindly, multiple, several, many, on, off
        """,
        "times": """
            once, twice, again, three, four, five, two, several, many, multiple, a, like, weeks, months, days, last, before, already,
            yesterday, ages, repeatedly, so, 2, 3, 4, 5, 10
        """,
    }
)
