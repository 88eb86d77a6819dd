"""A text that the provider took and reports as never sent may be queued again: the guards allow this move, on that report alone."""

from django.db import migrations, models

ATTEMPT_GUARD = """
CREATE OR REPLACE FUNCTION messaging_guard_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'claimed' THEN broken := 'attempt_begins_claimed'; END IF;
    ELSE
        IF (NEW.organization_id, NEW.delivery_id, NEW.number, NEW.account_id, NEW.sender, NEW.recipient, NEW.body_hash,
            NEW.token, NEW.fence, NEW.public_id) IS DISTINCT FROM
           (OLD.organization_id, OLD.delivery_id, OLD.number, OLD.account_id, OLD.sender, OLD.recipient, OLD.body_hash,
            OLD.token, OLD.fence, OLD.public_id)
           OR (OLD.unknown_at IS NOT NULL AND NEW.unknown_at IS DISTINCT FROM OLD.unknown_at)
           OR (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at) THEN
            broken := 'attempt_identity_never_changes';
        ELSIF OLD.provider_sid <> '' AND NEW.provider_sid <> OLD.provider_sid THEN
            broken := 'attempt_sid_never_changes';
        ELSIF OLD.lane_yielded AND NOT NEW.lane_yielded THEN
            broken := 'attempt_lane_is_never_taken_back';
        ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('claimed', 'calling'), ('claimed', 'abandoned'),
            ('calling', 'accepted'), ('calling', 'refused'), ('calling', 'rejected'), ('calling', 'unknown'),
            ('unknown', 'accepted'), ('unknown', 'absent'),
            ('absent', 'accepted_late'),
            ('accepted', 'returned'), ('accepted_late', 'returned')) THEN
            broken := 'attempt_moves_forward_only';
        -- Only the provider's own report says that a text it took was not sent, and none may say otherwise.
        ELSIF NEW.state = 'returned' AND OLD.state <> 'returned' AND (
            NOT EXISTS (
                SELECT 1 FROM messaging_deliveryreport report
                WHERE report.attempt_id = NEW.id AND report.provider_sid = NEW.provider_sid
                  AND report.status IN ('failed', 'undelivered') AND report.error_code IN ('30001', '30022'))
            OR EXISTS (
                SELECT 1 FROM messaging_deliveryreport report
                WHERE report.attempt_id = NEW.id AND report.provider_sid = NEW.provider_sid
                  AND report.status IN ('delivered', 'read', 'partially_delivered', 'canceled'))) THEN
            broken := 'attempt_returned_needs_its_report';
        END IF;
    END IF;
    -- The first lock makes a committed proof of another attempt visible to the check that follows.
    IF broken IS NULL AND (TG_OP = 'INSERT' OR (OLD.state = 'claimed' AND NEW.state = 'calling')) THEN
        PERFORM 1 FROM messaging_delivery WHERE id = NEW.delivery_id FOR UPDATE;
        IF EXISTS (
            SELECT 1 FROM messaging_sendattempt other
            WHERE other.delivery_id = NEW.delivery_id AND other.id IS DISTINCT FROM NEW.id
              AND NOT (other.state IN ('abandoned', 'refused', 'returned')
                       OR (other.state = 'absent' AND other.released_at IS NOT NULL))) THEN
            broken := 'attempt_only_after_proven_unsent';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'send attempt refused: %', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
"""

DELIVERY_GUARD = """
CREATE OR REPLACE FUNCTION messaging_guard_delivery() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'queued' THEN broken := 'delivery_begins_queued'; END IF;
    ELSIF (NEW.organization_id, NEW.message_id, NEW.thread_id, NEW.participant_id, NEW.account_id, NEW.line_id, NEW.sender,
           NEW.recipient, NEW.body_hash, NEW.authority, NEW.retry_of_id, NEW.public_id) IS DISTINCT FROM
          (OLD.organization_id, OLD.message_id, OLD.thread_id, OLD.participant_id, OLD.account_id, OLD.line_id, OLD.sender,
           OLD.recipient, OLD.body_hash, OLD.authority, OLD.retry_of_id, OLD.public_id)
       OR (OLD.state IN ('queued', 'sending') AND (NEW.body, NEW.media_count) IS DISTINCT FROM (OLD.body, OLD.media_count)) THEN
        broken := 'delivery_is_frozen';
    ELSIF OLD.accepted_attempt_id IS NOT NULL AND NEW.accepted_attempt_id IS DISTINCT FROM OLD.accepted_attempt_id
          AND NOT (OLD.state = 'sent' AND NEW.state IN ('queued', 'failed') AND NEW.accepted_attempt_id IS NULL AND EXISTS (
              SELECT 1 FROM messaging_sendattempt WHERE id = OLD.accepted_attempt_id AND state = 'returned')) THEN
        broken := 'delivery_keeps_its_first_accepted_attempt';
    ELSIF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) IN (
            ('queued', 'sending'), ('queued', 'canceled'),
            ('sending', 'queued'), ('sending', 'sent'), ('sending', 'failed'), ('sending', 'unknown'),
            ('unknown', 'sent'), ('unknown', 'parked'),
            ('parked', 'queued'), ('parked', 'canceled'),
            ('sent', 'delivered'), ('sent', 'undelivered'), ('sent', 'failed')) THEN
            NULL;
        ELSIF OLD.state = 'sent' AND NEW.state = 'queued' THEN
            -- Without its acceptance, which the branch above gives up for a returned attempt alone.
            IF NEW.accepted_attempt_id IS NOT NULL THEN
                broken := 'delivery_queued_again_only_when_returned';
            END IF;
        ELSIF OLD.state = 'sending' AND NEW.state = 'canceled' THEN
            IF NOT EXISTS (SELECT 1 FROM messaging_sendattempt
                           WHERE id = OLD.current_attempt_id AND state = 'abandoned') THEN
                broken := 'delivery_canceled_in_flight_only_when_abandoned';
            END IF;
        ELSIF NEW.state = 'sent' AND OLD.state IN ('parked', 'queued', 'canceled', 'failed', 'sending') THEN
            IF NOT EXISTS (SELECT 1 FROM messaging_sendattempt
                           WHERE id = NEW.accepted_attempt_id AND state = 'accepted_late') THEN
                broken := 'delivery_sent_late_needs_late_proof';
            END IF;
        ELSIF OLD.accepted_attempt_id IS NOT NULL
              AND OLD.state IN ('delivered', 'undelivered', 'failed')
              AND NEW.state IN ('delivered', 'undelivered', 'failed') THEN
            NULL;
        ELSE
            broken := 'delivery_moves_forward_only';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'delivery refused: %', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
"""

ATTEMPT_GUARD_BEFORE = """
CREATE OR REPLACE FUNCTION messaging_guard_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'claimed' THEN broken := 'attempt_begins_claimed'; END IF;
    ELSE
        IF (NEW.organization_id, NEW.delivery_id, NEW.number, NEW.account_id, NEW.sender, NEW.recipient, NEW.body_hash,
            NEW.token, NEW.fence, NEW.public_id) IS DISTINCT FROM
           (OLD.organization_id, OLD.delivery_id, OLD.number, OLD.account_id, OLD.sender, OLD.recipient, OLD.body_hash,
            OLD.token, OLD.fence, OLD.public_id)
           OR (OLD.unknown_at IS NOT NULL AND NEW.unknown_at IS DISTINCT FROM OLD.unknown_at)
           OR (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at) THEN
            broken := 'attempt_identity_never_changes';
        ELSIF OLD.provider_sid <> '' AND NEW.provider_sid <> OLD.provider_sid THEN
            broken := 'attempt_sid_never_changes';
        ELSIF OLD.lane_yielded AND NOT NEW.lane_yielded THEN
            broken := 'attempt_lane_is_never_taken_back';
        ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('claimed', 'calling'), ('claimed', 'abandoned'),
            ('calling', 'accepted'), ('calling', 'refused'), ('calling', 'rejected'), ('calling', 'unknown'),
            ('unknown', 'accepted'), ('unknown', 'absent'),
            ('absent', 'accepted_late')) THEN
            broken := 'attempt_moves_forward_only';
        END IF;
    END IF;
    -- The first lock makes a committed proof of another attempt visible to the check that follows.
    IF broken IS NULL AND (TG_OP = 'INSERT' OR (OLD.state = 'claimed' AND NEW.state = 'calling')) THEN
        PERFORM 1 FROM messaging_delivery WHERE id = NEW.delivery_id FOR UPDATE;
        IF EXISTS (
            SELECT 1 FROM messaging_sendattempt other
            WHERE other.delivery_id = NEW.delivery_id AND other.id IS DISTINCT FROM NEW.id
              AND NOT (other.state IN ('abandoned', 'refused')
                       OR (other.state = 'absent' AND other.released_at IS NOT NULL))) THEN
            broken := 'attempt_only_after_proven_unsent';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'send attempt refused: %', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
"""

DELIVERY_GUARD_BEFORE = """
CREATE OR REPLACE FUNCTION messaging_guard_delivery() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'queued' THEN broken := 'delivery_begins_queued'; END IF;
    ELSIF (NEW.organization_id, NEW.message_id, NEW.thread_id, NEW.participant_id, NEW.account_id, NEW.line_id, NEW.sender,
           NEW.recipient, NEW.body_hash, NEW.authority, NEW.retry_of_id, NEW.public_id) IS DISTINCT FROM
          (OLD.organization_id, OLD.message_id, OLD.thread_id, OLD.participant_id, OLD.account_id, OLD.line_id, OLD.sender,
           OLD.recipient, OLD.body_hash, OLD.authority, OLD.retry_of_id, OLD.public_id)
       OR (OLD.state IN ('queued', 'sending') AND (NEW.body, NEW.media_count) IS DISTINCT FROM (OLD.body, OLD.media_count)) THEN
        broken := 'delivery_is_frozen';
    ELSIF OLD.accepted_attempt_id IS NOT NULL AND NEW.accepted_attempt_id IS DISTINCT FROM OLD.accepted_attempt_id THEN
        broken := 'delivery_keeps_its_first_accepted_attempt';
    ELSIF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) IN (
            ('queued', 'sending'), ('queued', 'canceled'),
            ('sending', 'queued'), ('sending', 'sent'), ('sending', 'failed'), ('sending', 'unknown'),
            ('unknown', 'sent'), ('unknown', 'parked'),
            ('parked', 'queued'), ('parked', 'canceled'),
            ('sent', 'delivered'), ('sent', 'undelivered'), ('sent', 'failed')) THEN
            NULL;
        ELSIF OLD.state = 'sending' AND NEW.state = 'canceled' THEN
            IF NOT EXISTS (SELECT 1 FROM messaging_sendattempt
                           WHERE id = OLD.current_attempt_id AND state = 'abandoned') THEN
                broken := 'delivery_canceled_in_flight_only_when_abandoned';
            END IF;
        ELSIF NEW.state = 'sent' AND OLD.state IN ('parked', 'queued', 'canceled', 'failed', 'sending') THEN
            IF NOT EXISTS (SELECT 1 FROM messaging_sendattempt
                           WHERE id = NEW.accepted_attempt_id AND state = 'accepted_late') THEN
                broken := 'delivery_sent_late_needs_late_proof';
            END IF;
        ELSIF OLD.accepted_attempt_id IS NOT NULL
              AND OLD.state IN ('delivered', 'undelivered', 'failed')
              AND NEW.state IN ('delivered', 'undelivered', 'failed') THEN
            NULL;
        ELSE
            broken := 'delivery_moves_forward_only';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'delivery refused: %', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
"""

DELIVERY_STATES = [
    ("queued", "Waiting to be sent"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("undelivered", "Not delivered"),
    ("failed", "Not sent"),
    ("unknown", "Checking"),
    ("parked", "Probably not sent"),
    ("canceled", "Canceled"),
]
STATES = [
    ("claimed", "Claimed"),
    ("calling", "Calling"),
    ("accepted", "Accepted"),
    ("refused", "Refused, proven not sent"),
    ("rejected", "Rejected for good"),
    ("unknown", "Outcome unknown"),
    ("absent", "Not found at the provider"),
    ("accepted_late", "Accepted, found late"),
    ("returned", "Accepted, then not sent"),
    ("abandoned", "Given up before the call"),
]


class Migration(migrations.Migration):
    dependencies = [("messaging", "0015_say_texts_in_owners_words")]

    operations = [
        migrations.AlterField(
            "delivery",
            "state",
            models.CharField(choices=DELIVERY_STATES, default="queued", max_length=16),
        ),
        migrations.RemoveConstraint("sendattempt", "attempt_has_a_known_state"),
        migrations.RemoveConstraint("sendattempt", "attempt_accepted_has_a_sid"),
        migrations.AlterField(
            "sendattempt",
            "state",
            models.CharField(choices=STATES, default="claimed", max_length=16),
        ),
        migrations.AddConstraint(
            "sendattempt",
            models.CheckConstraint(
                condition=models.Q(state__in=[state for state, _ in STATES]), name="attempt_has_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            "sendattempt",
            models.CheckConstraint(
                condition=~models.Q(state__in=["accepted", "accepted_late", "returned"])
                | ~models.Q(provider_sid=""),
                name="attempt_accepted_has_a_sid",
            ),
        ),
        migrations.RunSQL(ATTEMPT_GUARD, ATTEMPT_GUARD_BEFORE),
        migrations.RunSQL(DELIVERY_GUARD, DELIVERY_GUARD_BEFORE),
    ]
