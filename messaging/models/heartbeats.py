"""Signs of life of the background processes. An installation table."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a queue was last seen being worked on: the beat rang for it and a worker answered."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
