"""Which business number may carry a thread towards a sitter's phone. Said once, in SQL: for opening a line, and for asking whether one is
possible.

The fragments stand inside a statement in which `s` is the sitter's row, `%(thread)s` the thread (or a column of the statement, put in by
`for_thread`), and `%(at)s` the moment asked about.
"""

from __future__ import annotations

# So long after a sitter's last visit in a thread its line towards them may serve another thread.
LINE_RESTS = "interval '24 hours'"


def for_thread(fragment: str, column: str) -> str:
    """`fragment` asked of the thread that `column` names."""
    return fragment.replace("%(thread)s", column)


def _in_charge_since(column: str) -> str:
    """What gives or gave `s` the thread at any time in the last day; what was canceled counts until then."""
    since = f"(%(at)s - {LINE_RESTS})"
    held = f"""
        SELECT 1 FROM {{table}} c WHERE c.thread_id = {column} AND c.sitter_id = s.id AND c.ends_at > {since}
          AND (c.canceled_at IS NULL OR (c.canceled_at > {since} AND c.starts_at < c.canceled_at))"""  # noqa: S608  (our own words)
    tables = ("messaging_assignmentwindow", "messaging_routingoverride")
    return " OR ".join(f"EXISTS ({held.format(table=table)})" for table in tables)


# The sitter's own number first, then pool numbers that this phone does not use. Never the front desk: that is the owner's. A number whose
# line towards this phone ended within a day, or whose conversation they still look after, still means that conversation on their phone.
FREE_NUMBERS = f"""
SELECT n.id FROM messaging_messagenumber n
WHERE n.organization_id = s.organization_id AND n.state = 'active'
  AND (n.role = 'pool' OR (n.role = 'sitter' AND n.sitter_id = s.id))
  AND NOT EXISTS (SELECT 1 FROM messaging_participant taken
      WHERE taken.number_id = n.id AND taken.e164 = s.phone AND taken.left_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM (
      SELECT l.thread_id, l.left_at FROM messaging_participant l
      WHERE l.number_id = n.id AND l.e164 = s.phone AND l.role = 'sitter'
      ORDER BY l.joined_at DESC, l.id DESC LIMIT 1) latest
      WHERE latest.thread_id <> %(thread)s AND latest.left_at IS NOT NULL
        AND (latest.left_at > %(at)s - {LINE_RESTS} OR {_in_charge_since("latest.thread_id")}))
ORDER BY n.role = 'pool', n.id
"""  # noqa: S608  (our own words)

# Lines into threads that the sitter has not looked after for a day and will not again, the oldest first.
RESTED_LINES = f"""
SELECT p.id FROM messaging_participant p
JOIN messaging_messagenumber pn ON pn.id = p.number_id JOIN messaging_thread pt ON pt.id = p.thread_id
WHERE p.sitter_id = s.id AND p.role = 'sitter' AND p.left_at IS NULL AND pt.kind = 'care'
  AND pn.state = 'active' AND p.joined_at < %(at)s - {LINE_RESTS} AND NOT ({_in_charge_since("p.thread_id")})
ORDER BY p.joined_at, p.id
"""  # noqa: S608  (our own words)

OPEN_LINE = """
SELECT o.id FROM messaging_participant o JOIN messaging_messagenumber onr ON onr.id = o.number_id
WHERE o.thread_id = %(thread)s AND o.sitter_id = s.id AND o.role = 'sitter' AND o.left_at IS NULL
  AND o.e164 = s.phone AND onr.state = 'active'
"""
