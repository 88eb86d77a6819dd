"""Who may ask why a text went where it went, and where the next would go."""

from __future__ import annotations

from snoutos.accounts.permissions import OFFICE_AND_SYSTEMS, declare

SEE_DECISIONS = declare("decisions.see", OFFICE_AND_SYSTEMS, scope="read")
SIMULATE = declare("routing.simulate", OFFICE_AND_SYSTEMS, scope="read", desk=False)
