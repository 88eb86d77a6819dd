"""When a released number was given back at the provider."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0025_keep_calls")]

    operations = [
        migrations.AddField(
            model_name="messagenumber",
            name="given_up_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="messagenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_up_at__isnull", True), ("state", "retired"), _connector="OR"),
                name="messagenumber_only_a_released_number_is_given_up",
            ),
        ),
    ]
