from django.db import migrations, models


class Migration(migrations.Migration):
    """No conversation was ever one about billing, and nothing reads the two columns: they are dropped one release later, so that
    processes of the release before this one go on.
    """

    dependencies = [("messaging", "0010_bring_unopened_texts_to_the_owner")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="client", name="erased_at"),
                migrations.RemoveField(model_name="thread", name="flagged_at"),
            ]
        ),
        migrations.RemoveConstraint(model_name="thread", name="thread_has_a_known_kind"),
        migrations.AlterField(
            model_name="thread",
            name="kind",
            field=models.CharField(
                choices=[("care", "Care"), ("staff", "Staff")], default="care", max_length=16
            ),
        ),
        migrations.AddConstraint(
            model_name="thread",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["care", "staff"])), name="thread_has_a_known_kind"
            ),
        ),
    ]
