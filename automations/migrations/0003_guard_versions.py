"""The moves of versions, and that one in force never changes what it does, held by the database."""

from django.db import migrations

GUARD = """
CREATE FUNCTION automations_guard_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN broken := 'automationversion_begins_as_draft'; END IF;
    ELSIF OLD.state NOT IN ('draft', 'tested') AND
        (NEW.organization_id, NEW.automation_id, NEW.number, NEW.lane, NEW.trigger_kind, NEW.content, NEW.is_urgent,
         NEW.urgent_reason, NEW.digest, NEW.tested_digest) IS DISTINCT FROM
        (OLD.organization_id, OLD.automation_id, OLD.number, OLD.lane, OLD.trigger_kind, OLD.content, OLD.is_urgent,
         OLD.urgent_reason, OLD.digest, OLD.tested_digest) THEN
        broken := 'automationversion_in_force_never_changes';
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'tested'), ('tested', 'draft'), ('tested', 'active'),
        ('active', 'paused'), ('paused', 'active'),
        ('draft', 'archived'), ('tested', 'archived'), ('active', 'archived'), ('paused', 'archived')) THEN
        broken := 'automationversion_moves_as_drawn';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'automation version refused: %', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_version BEFORE INSERT OR UPDATE ON automations_automationversion
    FOR EACH ROW EXECUTE FUNCTION automations_guard_version();
"""

UNGUARD = """
DROP TRIGGER guard_version ON automations_automationversion;
DROP FUNCTION automations_guard_version();
"""


class Migration(migrations.Migration):
    dependencies = [("automations", "0002_keep_references_inside_one_organization")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
