"""The shared rows of SnoutOS. What may be done with them lives in the rooms beside this one."""

from messaging.models.assignments import AssignmentWindow, RoutingOverride
from messaging.models.consent import ConsentChange, OptOut
from messaging.models.deliveries import Delivery, DeliveryReport, SendAttempt
from messaging.models.heartbeats import Heartbeat
from messaging.models.messages import Message, MessageMedia
from messaging.models.numbers import MessageNumber, ProviderAccount, SendingLine
from messaging.models.people import Client, ClientPhone, Sitter
from messaging.models.receipts import RejectedRequest, WebhookReceipt
from messaging.models.threads import Participant, Thread, ThreadRead

__all__ = [
    "AssignmentWindow",
    "Client",
    "ClientPhone",
    "ConsentChange",
    "Delivery",
    "DeliveryReport",
    "Heartbeat",
    "Message",
    "MessageMedia",
    "MessageNumber",
    "OptOut",
    "Participant",
    "ProviderAccount",
    "RejectedRequest",
    "RoutingOverride",
    "SendAttempt",
    "SendingLine",
    "Sitter",
    "Thread",
    "ThreadRead",
    "WebhookReceipt",
]
