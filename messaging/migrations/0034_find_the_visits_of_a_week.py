"""The calendar reads a business' visits by time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0033_keep_past_visits")]

    operations = [
        migrations.AddIndex(
            model_name="assignmentwindow",
            index=models.Index(
                condition=models.Q(("canceled_at__isnull", True)),
                fields=["organization", "ends_at"],
                name="assignmentwindow_calendar",
            ),
        ),
    ]
