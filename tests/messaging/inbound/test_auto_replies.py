"""What a phone or a system sends by itself is told from what a person types."""

from __future__ import annotations

import pytest

from messaging.inbound import auto_replies

BY_ITSELF = (
    "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going.",
    "I’m driving with Focus turned on. I’ll see your message when I get where I’m going.",
    "(I’m not receiving notifications. If this is urgent, reply “urgent” to send a notification through with your original message.)",
    "I'm driving right now - I'll get back to you later.",
    "I'm driving right now.",
    "Sorry, I can't talk right now. I'm driving.",
    "[Auto-Reply] Thanks, I am away until Monday",
    "Automatic reply: I am on vacation and will read this on the 4th",
    "AUTO RESPONSE: Joe is out today",
    "Autoreply - in a meeting",
    "Out of office: back on Tuesday.",
    "This is an automated message. This number is not monitored.",
    "This is an automatic response, please call the desk.",
    "This phone number does not accept text messages.",
    "Sorry, this line can't receive incoming texts.",
    "Please do not reply to this message.",
    "Acme Vet: Your appointment is at 3 PM. Reply STOP to unsubscribe.",
    "Your order shipped! Msg & data rates may apply.",
    "You have been unsubscribed and will get no more messages.",
    "Thank you for contacting Bayview Vets! We have received your message and will get back to you shortly.",
    "Thanks for texting us. Someone from our team will reply within one business day.",
    "Estoy conduciendo con la función No molestar activada. Veré tu mensaje cuando llegue.",
    "Respuesta automática: vuelvo el lunes",
    "Este es un mensaje automático, no responda a este número",
    "Réponse automatique : absente jusqu'à lundi",
    "Ceci est un message automatique.",
    "I\u2019m driving\u200b with Focus turned on. I\u2019ll see your message when I get where I\u2019m going.",
)
BY_A_PERSON = (
    "I'm driving, call you at 5",
    "I'm driving right now, can you let the dog out at 4 instead?",
    "I'm driving to the airport, keys are under the mat",
    "I can't talk right now, in a meeting. Did he eat?",
    "Is this an automated message or a real person?",
    "Thanks for texting me back! Will Ana be there at 6?",
    "Thank you for your message. See you tomorrow",
    "Thanks for the photos, he looks happy",
    "We will be home at 8",
    "the vet sent an automatic reply, do you know their number",
    "Her automatic feeder stopped, please check",
    "Please don't reply to Sam about this, text me",
    "I'm out of the office today so come whenever",
    "stop at the store for kibble?",
    "can you text Stop to the other company for me lol",
    "I turned on do not disturb for the night",
    "Estoy manejando, te llamo luego",
    "Je suis au volant, je te rappelle",
    "",
)


@pytest.mark.parametrize("body", BY_ITSELF)
def test_what_comes_by_itself_is_told(body: str) -> None:
    assert auto_replies.is_one(body)


@pytest.mark.parametrize("body", BY_A_PERSON)
def test_what_a_person_types_is_not(body: str) -> None:
    assert not auto_replies.is_one(body)


def test_a_long_text_is_read_at_once() -> None:
    import time

    began = time.perf_counter()
    assert not auto_replies.is_one("i'm driving with " * 2_000)
    assert not auto_replies.is_one("thank you for contacting we " * 2_000)
    assert time.perf_counter() - began < 1
