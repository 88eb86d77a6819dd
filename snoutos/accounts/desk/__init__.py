"""The floor that every page of the owner's desk stands on: one organization's rows, addresses by `public_id`,
no raw deletes.

Domain verbs change facts; what is plain data (a client's notes, a setting) is saved and recorded by
`TenantAdmin.changed`. The audit trail stands above this floor: `audit.admin` hands it in by `record_with`,
and nothing is saved without it.
"""

from snoutos.accounts.desk.filters import OwnRelatedFilter, Tabs
from snoutos.accounts.desk.forms import ConfirmForm, TenantForm, VerbForm, sentence_of
from snoutos.accounts.desk.pages import FactAdmin, FactInline, TenantAdmin, TenantInline, in_zone
from snoutos.accounts.desk.rows import address, face, link, own_rows
from snoutos.accounts.desk.trail import organization_of, person, record, record_with
from snoutos.accounts.desk.verbs import bulk_button, list_link, shown_buttons, verb_button
from snoutos.accounts.desk.words import Step, badge, bullets, card, column, moment, span, timeline

__all__ = [
    "ConfirmForm",
    "FactAdmin",
    "FactInline",
    "OwnRelatedFilter",
    "Step",
    "Tabs",
    "TenantAdmin",
    "TenantForm",
    "TenantInline",
    "VerbForm",
    "address",
    "badge",
    "bulk_button",
    "bullets",
    "card",
    "column",
    "face",
    "in_zone",
    "link",
    "list_link",
    "moment",
    "organization_of",
    "own_rows",
    "person",
    "record",
    "record_with",
    "sentence_of",
    "shown_buttons",
    "span",
    "timeline",
    "verb_button",
]
