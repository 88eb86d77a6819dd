"""When the provider last accepted an account's credentials. Nothing is known of the accounts there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0020_say_what_automatic_texts_are_for")]

    operations = [
        migrations.AddField(
            model_name="provideraccount",
            name="proven_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
