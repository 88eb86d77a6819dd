"""Who was on duty at a moment behind stays so, held by the database."""

from django.db import migrations

# What of a window lies behind: who had which conversation from when to when. Two minutes are let pass, for a request that waited and for
# clocks that differ.
GUARD = """
CREATE FUNCTION messaging_guard_window() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
    settled timestamptz := clock_timestamp() - interval '2 minutes';
    was tstzrange := 'empty';
    becomes tstzrange := 'empty';
BEGIN
    IF OLD.canceled_at IS NULL AND OLD.starts_at < settled THEN
        was := tstzrange(OLD.starts_at, least(OLD.ends_at, settled));
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.canceled_at IS NULL AND NEW.starts_at < settled AND NEW.ends_at > NEW.starts_at THEN
            becomes := tstzrange(NEW.starts_at, least(NEW.ends_at, settled));
        END IF;
        IF was = becomes AND (isempty(was) OR (NEW.organization_id, NEW.thread_id, NEW.sitter_id)
                                              = (OLD.organization_id, OLD.thread_id, OLD.sitter_id)) THEN
            RETURN NEW;
        END IF;
    ELSIF isempty(was) THEN
        RETURN OLD;
    END IF;
    broken := 'assignmentwindow_past_stays';
    RAISE EXCEPTION 'visit refused: %', broken
        USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
END
$$;
CREATE TRIGGER guard_window BEFORE UPDATE OR DELETE ON messaging_assignmentwindow
    FOR EACH ROW EXECUTE FUNCTION messaging_guard_window();
"""

UNGUARD = """
DROP TRIGGER guard_window ON messaging_assignmentwindow;
DROP FUNCTION messaging_guard_window();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0032_text_missed_callers")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
