"""When the provider was last told to call us for a number. Nothing is known of the numbers there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0022_say_why_a_number_is_paused")]

    operations = [
        migrations.AddField(
            model_name="messagenumber",
            name="webhooks_set_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
