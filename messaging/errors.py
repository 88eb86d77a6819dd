"""What can go wrong with texts, each with a stable code and a sentence for people."""

from __future__ import annotations

from snoutos.core.problems import Problem


class MessagingError(Problem):
    """Something about texts that somebody can act on."""

    code = "messaging"
    sentence = "That can't be done with this text."


class EmptyText(MessagingError):  # noqa: N818
    sentence = "There's nothing to send: write a text first."
    code = "empty_text"
    status = 400


class TextTooLong(MessagingError):  # noqa: N818
    sentence = "Texts can have up to 1,600 characters: shorten it or send two."
    code = "text_too_long"
    status = 400


class NotInCharge(MessagingError):  # noqa: N818
    sentence = "You aren't on duty for this conversation right now, so the text wasn't sent."
    code = "not_in_charge"
    status = 403


class SendingLocked(MessagingError):  # noqa: N818
    sentence = "Your texts are paused after several had contact details. Only the office can unlock them."
    code = "sending_locked"
    status = 403


class NobodyThere(MessagingError):  # noqa: N818
    sentence = "No one is in this conversation anymore, so there's no one to text."
    code = "nobody_there"
    status = 409


class ThreadIsClosed(MessagingError):  # noqa: N818
    sentence = "This conversation is closed. Reopen it to write."
    code = "thread_closed"
    status = 409


class OptedOut(MessagingError):  # noqa: N818
    sentence = "They texted STOP. You can't text them until they text START."
    code = "opted_out"
    status = 409


class NumberResting(MessagingError):  # noqa: N818
    sentence = "The conversation's business number is paused or was released, so nothing is sent from it. See it under Numbers."
    code = "number_not_active"
    status = 409


class NumberUnregistered(MessagingError):  # noqa: N818
    sentence = "US carriers block this number: it isn't registered with them, or is suspended. See what to do on its page, under Numbers."
    code = "number_unregistered"
    status = 409


class ProviderNotAnswering(MessagingError):  # noqa: N818
    sentence = "The provider isn't answering, so nothing was changed. Try again in a few minutes."
    code = "provider_not_answering"
    status = 409
    retry = True


class NumberFiltered(MessagingError):  # noqa: N818
    sentence = "Carriers are blocking texts from this number, so automations don't text from it until you let them again."
    code = "number_filtered"
    status = 409


class PartyBlocked(MessagingError):  # noqa: N818
    sentence = "This phone is blocked: nothing is sent to it."
    code = "party_blocked"
    status = 409


class OffCard(MessagingError):  # noqa: N818
    sentence = "This phone is on nobody's card any more, so it may be someone else's by now. Confirm once that it's still theirs."
    code = "phone_on_no_card"
    status = 409


class OnlyAMachine(MessagingError):  # noqa: N818
    sentence = (
        "The other end is a short code, a name or one of your own numbers: automations don't text those."
    )
    code = "only_a_machine"
    status = 409


class ConsentNeeded(MessagingError):  # noqa: N818
    sentence = (
        "Their old phone said STOP, so no automatic text goes to the new one until you record their consent."
    )
    code = "consent_needed"
    status = 409


class ConsentInTheFuture(MessagingError):  # noqa: N818
    sentence = "That time is still ahead: say when they agreed."
    code = "consent_in_the_future"
    status = 400


class ConsentWithdrawn(MessagingError):  # noqa: N818
    sentence = "They opted out after that, so it no longer counts. Ask them again."
    code = "consent_withdrawn"
    status = 409


class NoConsentToOffers(MessagingError):  # noqa: N818
    sentence = (
        "They haven't agreed to offers, so this text doesn't go to them. If they did, record their consent."
    )
    code = "no_consent_to_offers"
    status = 409


class NoRecentDealings(MessagingError):  # noqa: N818
    sentence = "No visit and no text of theirs in 12 months, so no automatic text goes to them. Text them, or record their consent."
    code = "no_recent_dealings"
    status = 409


class RevocationOpen(MessagingError):  # noqa: N818
    sentence = "They may have asked for no more texts, so no automatic text goes to them until you decide about it under Review."
    code = "revocation_open"
    status = 409


class AlreadyReviewed(MessagingError):  # noqa: N818
    sentence = "Someone already decided about this text. Nothing was sent twice."
    code = "already_reviewed"
    status = 409


class PictureNeverCame(MessagingError):  # noqa: N818
    sentence = "The picture never reached us, and there's no text to send. Ask for it again."
    code = "picture_never_came"
    status = 409


class NotPossibleNow(MessagingError):  # noqa: N818
    sentence = "That's no longer possible: something changed in the meantime."
    code = "not_possible_now"
    status = 409


class TooEarly(MessagingError):  # noqa: N818
    sentence = "SnoutOS is still checking. You can send it again ten minutes after the first try."
    code = "too_early"
    status = 409


class WindowOverlaps(MessagingError):  # noqa: N818
    sentence = "Another sitter is already booked for part of that time."
    code = "window_overlaps"
    status = 409


class BadSnooze(MessagingError):  # noqa: N818
    sentence = "Choose a time that is ahead, within a year."
    code = "bad_snooze"
    status = 400


class NotAMember(MessagingError):  # noqa: N818
    sentence = "Choose someone who works in your office."
    code = "not_a_member"
    status = 400


class TooManyTags(MessagingError):  # noqa: N818
    sentence = "A conversation can have up to 20 tags."
    code = "too_many_tags"
    status = 409


class OverrideOverlaps(MessagingError):  # noqa: N818
    sentence = "This conversation already has a redirect at that time. Remove it first."
    code = "override_overlaps"
    status = 409


class BadTimes(MessagingError):  # noqa: N818
    sentence = "The end must be after the start."
    code = "bad_times"
    status = 400


class ReasonNeeded(MessagingError):  # noqa: N818
    sentence = "Say why: the people it affects will see it."
    code = "reason_needed"
    status = 400


class NoSitter(MessagingError):  # noqa: N818
    sentence = "Choose an active sitter."
    code = "no_sitter"
    status = 400


class NoNumber(MessagingError):  # noqa: N818
    sentence = "There's no active front desk number to text from. Add one first."
    code = "no_number"
    status = 409


class NumberInUse(MessagingError):  # noqa: N818
    sentence = "This number is already in use."
    code = "number_in_use"
    status = 409


class LastFrontDesk(MessagingError):  # noqa: N818
    sentence = (
        "This is your only front desk number in use: new clients would reach no one. Add another front desk number, "
        "or give another number that role, then try again."
    )
    code = "last_front_desk"
    status = 409


class CoolingDown(MessagingError):  # noqa: N818
    sentence = "People know this number, so its pause isn't cut short. It ends by itself, and then it's a pool number."
    code = "cooling_down"
    status = 409


class NotASittersNumber(MessagingError):  # noqa: N818
    sentence = "Only a number with the role Sitter can have a sitter."
    code = "not_a_sitters_number"
    status = 400


class BadPace(MessagingError):  # noqa: N818
    sentence = "A number can send up to 100 segments per second and 1 to 1,000 at once."
    code = "bad_pace"
    status = 400


class PhoneInUse(MessagingError):  # noqa: N818
    sentence = "Another client or sitter already has this phone number."
    code = "phone_in_use"
    status = 409


class OwnNumber(MessagingError):  # noqa: N818
    sentence = "This is one of your own numbers, so nobody is at the other end."
    code = "own_number"
    status = 409


class NotTheirPhone(MessagingError):  # noqa: N818
    sentence = "This phone is not on their card. Choose one of theirs, or add it first."
    code = "not_their_phone"
    status = 409


class FrontDeskOnly(MessagingError):  # noqa: N818
    sentence = "Your own people hear from you over a front desk number: on the others they write with clients. Choose a front desk number."
    code = "front_desk_only"
    status = 409


class NotForClients(MessagingError):  # noqa: N818
    sentence = "Pool numbers carry texts to sitters. Choose a front desk number, or a sitter's own."
    code = "number_is_pool"
    status = 409


class SitterWithoutLine(MessagingError):  # noqa: N818
    sentence = "This sitter can't be texted: they have no phone on their card, or you have no front desk number. They use the sitter page."
    code = "sitter_without_line"
    status = 409


class FoundSomething(MessagingError):  # noqa: N818
    sentence = "Screening found a phone number, address, link or handle in the text, so it wasn't sent."
    code = "found_something"
    status = 409


class NotAllowable(MessagingError):  # noqa: N818
    sentence = "This can't be allowed: enter a phone number, or a domain that belongs to one business."
    code = "not_allowable"
    status = 400


class NotAlike(MessagingError):  # noqa: N818
    sentence = "You can approve texts together only if they're from one sender and have the same finding. Decide on the others one by one."
    code = "not_alike"
    status = 422


class PhoneIsForAlerts(MessagingError):  # noqa: N818
    sentence = (
        "Alerts go to this phone, so it can't be a client's. Change that under “Where alerts go” first."
    )
    code = "phone_is_for_alerts"
    status = 409


class HoursRefused(MessagingError):  # noqa: N818
    sentence = "These opening hours can't be kept as they are."
    code = "hours_refused"
    status = 400


class AlertAddressRefused(MessagingError):  # noqa: N818
    sentence = "Alerts can't go there: use phones and e-mail addresses of your own team."
    code = "alert_address_refused"
    status = 422


class NoSuchAlertChannel(MessagingError):  # noqa: N818
    sentence = "Alerts no longer go to this address."
    code = "no_such_alert_channel"
    status = 404


class TooSoonForATest(MessagingError):  # noqa: N818
    sentence = "You just sent a test: wait 30 seconds before sending another."
    code = "test_too_soon"
    status = 409


class WrongTestCode(MessagingError):  # noqa: N818
    sentence = "That isn't the latest test's code, or it's too old. Send another test if you can't find it."
    code = "test_code_wrong"
    status = 422


class MailOff(MessagingError):  # noqa: N818
    sentence = (
        "E-mail isn't set up on this server, so nothing can be e-mailed. Ask whoever runs SnoutOS for you."
    )
    code = "mail_off"
    status = 409


class MailNotSent(MessagingError):  # noqa: N818
    sentence = "The e-mail couldn't be sent. Check the address, or try again later."
    code = "mail_not_sent"
    status = 409


class NoTableInFile(MessagingError):  # noqa: N818
    sentence = "This file can't be read as a table. Save it as CSV (UTF-8) and upload it again."
    code = "no_table_in_file"
    status = 422


class FileTooLarge(MessagingError):  # noqa: N818
    sentence = "The file is larger than 5 MB. Split it into several and import them one after the other."
    code = "file_too_large"
    status = 413


class BadColumns(MessagingError):  # noqa: N818
    sentence = "Choose which column has the name."
    code = "bad_columns"
    status = 422
