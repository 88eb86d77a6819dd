from django.db import migrations, models


class Migration(migrations.Migration):
    """Rules that name it stay as they are stored; the constraint goes on knowing their lane."""

    dependencies = [("automations", "0004_index_failed_executions")]

    operations = [
        migrations.AlterField(
            model_name="automationversion",
            name="lane",
            field=models.CharField(
                choices=[
                    ("front_desk", "Front desk conversations"),
                    (
                        "sitter",
                        "Conversations over sitter and pool numbers, and sitters' own with the office",
                    ),
                    ("system", "Everything, also what has no conversation"),
                ],
                default="front_desk",
                max_length=16,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="automationversion", name="automationversion_has_a_known_lane"
        ),
        migrations.AddConstraint(
            model_name="automationversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("lane__in", ["front_desk", "sitter", "system", "billing"])),
                name="automationversion_has_a_known_lane",
            ),
        ),
    ]
