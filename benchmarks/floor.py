"""The least a Django webhook can do: check the signature and write three rows in one transaction. What ours is measured against.

Run by granian as `benchmarks.floor:application`, with the same interpreter, library, server and database as SnoutOS.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

import django
import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

TOKEN = "benchmark-auth-token"
PATH = "/floor"

if not settings.configured:
    database = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": database},
        ROOT_URLCONF=__name__,
        SECRET_KEY="benchmark",
        USE_TZ=True,
        INSTALLED_APPS=[],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()

from messaging.providers.signature import is_genuine  # noqa: E402


class Receipt(models.Model):
    sid = models.CharField(max_length=64, unique=True)
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.sid


class Message(models.Model):
    receipt = models.ForeignKey(Receipt, models.PROTECT)
    sender = models.CharField(max_length=20)
    body = models.TextField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return str(self.pk)


class Event(models.Model):
    message = models.ForeignKey(Message, models.PROTECT)
    verb = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.verb


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    """Signature, three rows, an empty answer."""
    url = f"{os.environ['PUBLIC_BASE_URL']}{request.path}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not is_genuine(url=url, params=request.POST, signature=signature, tokens=[TOKEN]):
        return HttpResponse(status=403)
    with transaction.atomic():
        receipt = Receipt.objects.create(sid=request.POST["MessageSid"], body=request.body.decode())
        message = Message.objects.create(
            receipt=receipt, sender=request.POST["From"], body=request.POST["Body"]
        )
        Event.objects.create(message=message, verb="received", data={"receipt": receipt.pk})
    return HttpResponse("<Response/>", content_type="text/xml")


urlpatterns: list[Any] = [path("floor", webhook)]
application = get_wsgi_application()
