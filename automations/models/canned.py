"""Texts that the office writes often."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.timezone import now

from automations.content import templates
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel

# What is known of every conversation that somebody writes in. The visit is the one that runs, else the next.
GROUPS = frozenset({"business", "time", "client", "sitter", "visit"})


class CannedReply(TenantModel, PublicModel):
    """A text to begin from: the office's, or `member`'s own. Its variables are filled in when somebody picks it, and what then is
    sent is a text like any other."""

    name = models.CharField(max_length=40)
    body = models.TextField("text", max_length=templates.MAX_SOURCE)
    member = TenantForeignKey(User, related_name="+", null=True, blank=True, editable=False, db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "canned replies"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(condition=~Q(name="") & ~Q(body=""), name="cannedreply_says_something"),
            models.UniqueConstraint(
                F("organization"),
                F("member"),
                Lower("name"),
                nulls_distinct=False,
                name="cannedreply_name_once_per_member",
                violation_error_message="There's another canned reply with this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a text that cannot be read or names what is not known in a conversation."""
        super().clean()
        self.name = " ".join(self.name.split())
        self.body = self.body.replace("\r\n", "\n").strip()
        if not self.body:
            raise ValidationError({"body": "Write the text."})
        try:
            templates.check(self.body, groups=GROUPS)
        except templates.TemplateError as error:
            raise ValidationError({"body": error.sentence}) from error
