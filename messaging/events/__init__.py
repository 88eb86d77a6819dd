"""Every verb of messaging, declared once in one of these modules: its code, its sentence, and what it is about."""

from messaging.events.alerting import *
from messaging.events.calls import *
from messaging.events.deliveries import *
from messaging.events.numbers import *
from messaging.events.people import *
from messaging.events.sign_in import *
from messaging.events.texts import *
from messaging.events.visits import *
from messaging.events.webhooks import *
