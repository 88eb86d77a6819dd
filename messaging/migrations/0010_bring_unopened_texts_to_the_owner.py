from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_remember_under_which_rules_sitters_read")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="owner_due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("owner_due_at__isnull", False)),
                fields=["owner_due_at"],
                name="message_due_to_owner",
            ),
        ),
    ]
