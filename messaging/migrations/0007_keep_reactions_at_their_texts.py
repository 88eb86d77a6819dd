"""Reactions ("Liked “…”") stand at the text they are to. Both columns come with what the database itself can fill in: no row is rewritten."""

import django.db.models.deletion
from django.db import migrations, models

import snoutos.accounts.tenancy


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_say_when_texts_were_written")]

    operations = [
        migrations.AddField(
            "message",
            "reacts_to",
            snoutos.accounts.tenancy.TenantForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reactions",
                to="messaging.message",
            ),
        ),
        migrations.AddField(
            "message", "reaction", models.CharField(blank=True, db_default="", default="", max_length=32)
        ),
        migrations.RunSQL(
            'ALTER TABLE messaging_message ADD CONSTRAINT "messaging_message_reacts_to_id_same_organization" '
            "FOREIGN KEY (organization_id, reacts_to_id) REFERENCES messaging_message (organization_id, id)",
            'ALTER TABLE messaging_message DROP CONSTRAINT "messaging_message_reacts_to_id_same_organization"',
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=models.Q(reacts_to__isnull=False),
                fields=["reacts_to", "position"],
                name="message_reactions",
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=models.Q(
                    ("reacts_to__isnull", True),
                    models.Q(("audience", "owner"), ("is_note", False), ("state", "received")),
                    _connector="OR",
                ),
                name="message_reaction_is_for_the_owner",
            ),
        ),
    ]
