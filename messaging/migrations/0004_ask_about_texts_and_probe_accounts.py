"""Sent texts are asked about until somebody confirms them, shut accounts probed, early statuses kept for their text."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_guard_deliveries_and_attempts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="sendattempt",
            name="attempt_to_look_up",
        ),
        migrations.AddField(
            model_name="delivery",
            name="ask_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="asked",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="delivery",
            name="unconfirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="inbound_listed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="line_stopped_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="probe_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="probes",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="trouble_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="provideraccount",
            name="troubles",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="priority",
            field=models.SmallIntegerField(
                choices=[
                    (5, "Waited long"),
                    (10, "A person's text"),
                    (20, "The system"),
                    (30, "An automation"),
                ],
                default=10,
            ),
        ),
        migrations.AlterField(
            model_name="provideraccount",
            name="line_state",
            field=models.CharField(
                choices=[("open", "Open"), ("stopped", "Stopped"), ("paused", "Paused")],
                default="open",
                editable=False,
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="webhookreceipt",
            name="state",
            field=models.CharField(
                choices=[
                    ("done", "Done"),
                    ("failed", "Failed, will be tried again"),
                    ("quarantined", "Set aside after repeated failure"),
                    ("unrouted", "Waiting for its number"),
                    ("unmatched", "Waiting for the text it is about"),
                    ("unactionable", "Cannot be acted on"),
                ],
                default="done",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("priority__gt", 10), ("ready", True), ("state", "queued")),
                fields=["line", "next_attempt_at"],
                name="delivery_overtaken",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("ask_at__isnull", False)),
                fields=["account", "ask_at"],
                name="delivery_to_ask_about",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "sent"), ("unconfirmed_at__isnull", True)),
                fields=["sent_at"],
                name="delivery_without_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("unconfirmed_at__isnull", False)),
                fields=["organization", "-id"],
                name="delivery_unconfirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="sendattempt",
            index=models.Index(
                condition=models.Q(("next_look_up_at__isnull", False)),
                fields=["account", "next_look_up_at"],
                name="attempt_to_look_up",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookreceipt",
            index=models.Index(
                condition=models.Q(("state", "unrouted")),
                fields=["account", "recipient"],
                name="webhookreceipt_unrouted",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookreceipt",
            index=models.Index(
                condition=models.Q(("state", "unmatched")),
                fields=["account", "recipient"],
                name="webhookreceipt_unmatched",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookreceipt",
            index=models.Index(
                condition=models.Q(("next_try_at__isnull", False), ("state", "unmatched")),
                fields=["next_try_at"],
                name="webhookreceipt_rematch",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("ask_at__isnull", True), ("state", "sent"), _connector="OR"),
                name="delivery_asked_about_only_while_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("unconfirmed_at__isnull", True), ("state", "sent"), _connector="OR"),
                name="delivery_unconfirmed_only_while_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="provideraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("line_state__in", ["open", "stopped", "paused"])),
                name="provideraccount_has_a_known_line_state",
            ),
        ),
        # Texts that were sent before and have no final word yet are asked about as well.
        migrations.RunSQL(
            "UPDATE messaging_delivery SET ask_at = now() WHERE state = 'sent'", migrations.RunSQL.noop
        ),
    ]
