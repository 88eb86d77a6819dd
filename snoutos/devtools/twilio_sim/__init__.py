"""A simulator of Twilio's messaging API, with phones to text from. Needs neither Django nor a database.

Run it:

    python -m snoutos.devtools.twilio_sim --port 8010 --webhook-url
    http://127.0.0.1:8000/webhooks/twilio/inbound python manage.py twilio_sim ...                    (the
    same)

Point the real `twilio` library (or `messaging.providers.twilio`) at its address; open `/_sim/` for the
phones.

From a test or the demo:

    from snoutos.devtools.twilio_sim.testing import running_simulator, SimulatorClient

    with running_simulator(accounts=[...]) as sim:         # a thread, a free port on loopback
        sim.send_text(sender="+15550100", recipient="+15550001", body="Hi")     # a phone texts a business
        sim.phone_texts("+15550100")                                            # what that phone shows
        sim.set_faults(rate429={"count": 1})

    SimulatorClient("http://127.0.0.1:8010")               # the same face for a simulator that runs elsewhere

What it does not do: carrier filtering, throughput per number (it sends at once), voice, scheduling beyond
holding a text as `scheduled`, TwiML in answers to webhooks (ignored, as SnoutOS never uses it).
"""
