"""Decisions, kept with the facts they were made on."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from messaging.models import Message, Sitter, Thread
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class RoutingDecision(TenantModel, PublicModel):
    """Where one message went, by which rule. `facts` can be decided again and must give the same (`manage.py replay_routing`)."""

    message = TenantForeignKey(Message, related_name="decisions", db_index=False)
    thread = TenantForeignKey(Thread, related_name="+", db_index=False)
    target = models.CharField(max_length=16)
    sitter = TenantForeignKey(Sitter, related_name="+", null=True, db_index=False)
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    trace = models.JSONField()
    facts = models.JSONField()
    facts_hash = models.CharField(max_length=64)
    ruleset = models.CharField(max_length=24)
    at = models.DateTimeField(default=now)

    class Meta(TenantModel.Meta):
        verbose_name = "routing decision"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["message"], name="routingdecision_one_per_message"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} → {self.target}"
