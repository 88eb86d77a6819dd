"""The trail of what happened: events, occurrences, seals and alerts.

The face: `audit.record` (write beside the change), `audit.events` (one constructor per verb),
`audit.occurrences`, `audit.alerts`, `audit.seal`, `audit.verify`, `audit.export`.
"""
