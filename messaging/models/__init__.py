"""The shared rows of SnoutOS. What may be done with them lives in the rooms beside this one."""

from messaging.models.alerting import AlertChannel, Notification
from messaging.models.assignments import AssignmentWindow, RoutingOverride, Visit
from messaging.models.calls import Call, Voicemail
from messaging.models.consent import Consent, ConsentChange, OptOut, Revocation
from messaging.models.deliveries import Delivery, DeliveryReport, SendAttempt
from messaging.models.differences import ProviderDifference
from messaging.models.heartbeats import Heartbeat
from messaging.models.imports import ImportedRow, PeopleImport
from messaging.models.messages import Message, MessageMedia
from messaging.models.numbers import MessageNumber, ProviderAccount, SendingLine
from messaging.models.people import Client, ClientPhone, Sitter
from messaging.models.receipts import RejectedRequest, WebhookReceipt
from messaging.models.sign_in import SitterDevice, SitterLink
from messaging.models.threads import Participant, Thread, ThreadRead
from messaging.models.visit_notices import VisitNotice

__all__ = [
    "AlertChannel",
    "AssignmentWindow",
    "Call",
    "Client",
    "ClientPhone",
    "Consent",
    "ConsentChange",
    "Delivery",
    "DeliveryReport",
    "Heartbeat",
    "ImportedRow",
    "Message",
    "MessageMedia",
    "MessageNumber",
    "Notification",
    "OptOut",
    "Participant",
    "PeopleImport",
    "ProviderAccount",
    "ProviderDifference",
    "RejectedRequest",
    "Revocation",
    "RoutingOverride",
    "SendAttempt",
    "SendingLine",
    "Sitter",
    "SitterDevice",
    "SitterLink",
    "Thread",
    "ThreadRead",
    "Visit",
    "VisitNotice",
    "Voicemail",
    "WebhookReceipt",
]
