"""What every file that the provider has for us holds: where it is, and our copy of it."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now

from messaging.models.numbers import ProviderAccount
from snoutos.accounts.tenancy import PublicModel, TenantModel


class MediaState(models.TextChoices):
    """`listed`: the provider has it; `kept`: we have a copy; `refused`: too large or not what it says; `failed`: not fetched."""

    LISTED = "listed", "Downloading"
    KEPT = "kept", "Saved"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Couldn't be downloaded"


class ProvidedFile(TenantModel, PublicModel):
    """A file at the provider. The local copy is fetched in the background, from the provider only (`messaging.media.fetching`)."""

    content_type = models.CharField(max_length=100)
    source_url = models.URLField(max_length=500)
    state = models.CharField(max_length=16, choices=MediaState.choices, default=MediaState.LISTED)
    size = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to="media/%Y/%m/", blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=now, null=True)

    class Meta(TenantModel.Meta):
        abstract = True

    @property
    def provider_account(self) -> ProviderAccount | None:
        """Whose file it is at the provider; None when that is not known yet."""
        raise NotImplementedError
