"""The floor that every page of the owner's desk stands on: one organization's rows, addresses by `public_id`,
no raw deletes.

Domain verbs change facts; what is plain data (a client's notes, a setting) is saved and recorded by
`TenantAdmin.changed`, and nothing is saved without it.
"""

from snoutos.adminkit.buttons import bulk_button, buttons_to, list_link, row_link, shown_buttons, verb_button
from snoutos.adminkit.filters import OwnRelatedFilter, Tabs
from snoutos.adminkit.forms import ConfirmForm, TenantForm, VerbForm, sentence_of
from snoutos.adminkit.inlines import FactInline, TenantInline
from snoutos.adminkit.pages import FactAdmin, TenantAdmin, in_zone
from snoutos.adminkit.rows import address, face, link, linked, own_rows
from snoutos.adminkit.trail import organization_of, person, record
from snoutos.adminkit.words import Step, badge, bullets, card, column, folded, moment, span, timeline

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
    "buttons_to",
    "card",
    "column",
    "face",
    "folded",
    "in_zone",
    "link",
    "linked",
    "list_link",
    "moment",
    "organization_of",
    "own_rows",
    "person",
    "record",
    "row_link",
    "sentence_of",
    "shown_buttons",
    "span",
    "timeline",
    "verb_button",
]
