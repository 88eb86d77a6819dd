"""An alert to be."""

from __future__ import annotations

from dataclasses import dataclass

from audit.facts import refuse_contacts
from audit.models import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An alert to raise by `Trail.alert`. One open alert stands for each (organization, kind, subject).

    `subject_id` is 0 when it has no subject. Make it by a constructor below; raises
    `PersonalDataError` when the sentences hold something like a phone or an address.
    """

    organization_id: int
    kind: str
    severity: Severity
    subject_kind: str
    subject_id: int
    title: str
    detail: str = ""
    thread_id: int | None = None
    count: int = 1

    def __post_init__(self) -> None:
        refuse_contacts(title=self.title, detail=self.detail)
