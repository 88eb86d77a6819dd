"""Clients and sitters that come from a file: the import as a whole, and each row of it with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from messaging.models.people import Client, Sitter
from snoutos.accounts.models import User
from snoutos.accounts.tenancy import PublicModel, TenantForeignKey, TenantModel


class ImportKind(models.TextChoices):
    """Whom the file names."""

    CLIENTS = "clients", "Clients"
    SITTERS = "sitters", "Sitters"


class ImportState(models.TextChoices):
    """How far an import is."""

    DRAFT = "draft", "Not started"
    RUNNING = "running", "Adding"
    FINISHED = "finished", "Finished"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"


class RowState(models.TextChoices):
    """What becomes, or became, of a row."""

    NEW = "new", "Will be added"
    THERE = "there", "Already there"
    REFUSED = "refused", "Not added"
    ADDED = "added", "Added"
    REMOVED = "removed", "Removed again"
    KEPT = "kept", "Stays"


class PeopleImport(TenantModel, PublicModel):
    """A file of clients or sitters, read into rows. What the file said is kept for 30 days, or until it's undone (`forgotten_at`).

    `columns` says for each column of the file which field it is; "" is none. The numbers of rows stand in the counts once their work is
    over: the rows themselves go.
    """

    kind = models.CharField(max_length=16, choices=ImportKind.choices)
    state = models.CharField(max_length=16, choices=ImportState.choices, default=ImportState.DRAFT)
    file_name = models.CharField(max_length=120, blank=True)
    encoding = models.CharField(max_length=16)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    added = models.PositiveIntegerField(default=0)
    there = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    created_by = TenantForeignKey(User, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=now, editable=False)
    # Who had it started or undone: rows are added and removed in their name.
    ordered_by = TenantForeignKey(User, related_name="+", null=True, db_index=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        verbose_name = "import"
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=ImportKind.values), name="peopleimport_has_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="peopleimport_has_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.DRAFT) | Q(started_at__isnull=False),
                name="peopleimport_started_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.FINISHED) | Q(finished_at__isnull=False),
                name="peopleimport_finished_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.UNDONE) | Q(undone_at__isnull=False),
                name="peopleimport_undone_has_its_time",
            ),
        ]
        indexes = [
            # Reader: running.due, every ten seconds.
            models.Index(
                fields=["id"], condition=Q(state__in=["running", "undoing"]), name="peopleimport_at_work"
            ),
            # Reader: retention.forget, every hour.
            models.Index(
                fields=["created_at"],
                condition=Q(forgotten_at__isnull=True),
                name="peopleimport_not_forgotten",
            ),
            # Reader: the page of imports.
            models.Index(fields=["organization", "-created_at"], name="peopleimport_newest"),
        ]

    def __str__(self) -> str:
        return f"Import of {self.kind}"

    @property
    def is_at_work(self) -> bool:
        """Whether rows are being added or removed now."""
        return self.state in (ImportState.RUNNING, ImportState.UNDOING)


class ImportedRow(TenantModel):
    """One row of the file under its number in the person's spreadsheet, and whom it made.

    `why` is what the person reads about a row that was not added or stays: what is wrong, in which `cell`, and what to do.
    """

    people_import = TenantForeignKey(PeopleImport, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=RowState.choices)
    cell = models.CharField(max_length=200, blank=True)
    why = models.CharField(max_length=400, blank=True)
    # Consent to texts comes, or came, along with the person.
    agrees = models.BooleanField(default=False, db_default=False)
    client = TenantForeignKey(Client, related_name="+", null=True)
    sitter = TenantForeignKey(Sitter, related_name="+", null=True)

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["people_import", "number"], name="importedrow_once_per_import_and_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RowState.values), name="importedrow_has_a_known_state"
            ),
            # Whoever was made for a row is written with it in one transaction, so no row makes two.
            models.CheckConstraint(
                condition=Q(state__in=["added", "kept"], client__isnull=False, sitter__isnull=True)
                | Q(state__in=["added", "kept"], client__isnull=True, sitter__isnull=False)
                | Q(
                    state__in=["new", "there", "refused", "removed"],
                    client__isnull=True,
                    sitter__isnull=True,
                ),
                name="importedrow_names_whom_it_made",
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.number}"

    @property
    def person(self) -> Client | Sitter | None:
        """Whom the row made, while they are there."""
        made: Client | Sitter | None = self.client or self.sitter
        return made
