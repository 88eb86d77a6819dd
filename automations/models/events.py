"""Events that other systems report by API."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models import Thread
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ExternalEvent(TenantModel, PublicModel):
    """Something that happened in another system: a dotted name and its JSON, with the conversation it is about where it names one."""

    name = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    thread = TenantForeignKey(Thread, related_name="+", null=True, db_index=False)
    reported_by = TenantForeignKey(User, related_name="+", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="externalevent_has_a_name"),
        ]
        indexes = [
            # Read by "try on the last 30 days", and by the sweep that forgets old ones.
            models.Index(fields=["organization", "created_at"], name="externalevent_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {str(self.public_id)[:8]}"
