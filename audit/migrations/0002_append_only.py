"""Events, seals and their members are append-only, for the running role and for the owner of the tables."""

from django.db import migrations

from audit.append_only import AppendOnly

FUNCTION = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    -- Test databases are emptied between tests, by the owner of the tables only. A session setting would protect nothing:
    -- every role may set one.
    IF TG_OP = 'TRUNCATE' AND starts_with(current_database(), 'test_')
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% of "%" refused: this table is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
              CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_events_seals_occurrences_and_alerts"),
        # It grants on every table; what follows takes some of it back.
        ("accounts", "0002_grant_the_running_role"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION audit_append_only()"),
        AppendOnly("audit_auditevent"),
        AppendOnly("audit_auditseal"),
        AppendOnly("audit_auditsealmember"),
    ]
