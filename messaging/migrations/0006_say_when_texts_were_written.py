"""When the writer sent a text, beside when we had it.

The column comes with a default of the database's clock, so that adding it rewrites no row and a release that does not know it yet can go on
writing. Rows that are there are then given their time a few thousand at once, each step committed by itself: what the provider named or when
we had the request, where that was before we took the text in; when we had it, otherwise. Run again after an interruption, it does no harm.
"""

from django.db import migrations

import messaging.models.messages

AT_ONCE = 5000

_FILL = """
UPDATE messaging_message m SET written_at = LEAST(m.created_at, COALESCE(
    (SELECT r.received_at FROM messaging_webhookreceipt r WHERE r.id = m.receipt_id), m.created_at))
WHERE m.id > %s AND m.id <= %s
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(min(id), 1) - 1, COALESCE(max(id), 0) FROM messaging_message")
        done, last = cursor.fetchone()
        while done < last:
            cursor.execute(_FILL, [done, done + AT_ONCE])
            done += AT_ONCE


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0005_find_the_last_hours_calls")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE messaging_message ADD COLUMN IF NOT EXISTS written_at timestamptz NOT NULL DEFAULT now()",
                    "ALTER TABLE messaging_message DROP COLUMN written_at",
                )
            ],
            state_operations=[
                migrations.AddField("message", "written_at", messaging.models.messages.WrittenAtField())
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
