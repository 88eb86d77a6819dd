"""The trail of what happened: events, occurrences, seals and alerts. It knows no app's verbs: each declares its own.

The face: `audit.registry` (declare verbs, alerts and what they are about), `audit.record` (write beside the change),
`audit.alert_lifecycle`, `audit.seal`, `audit.verify`, `audit.export`.
"""
