import django.contrib.postgres.fields
from django.db import migrations, models

import snoutos.accounts.models


class Migration(migrations.Migration):
    """Businesses choose the languages in which written-out numbers are read; until they do, all are."""

    dependencies = [("accounts", "0010_remember_the_networks_of_a_key")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="screening_languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("fr", "French"), ("pt", "Portuguese"), ("pl", "Polish"), ("ru", "Russian"), ("vi", "Vietnamese"),
                        ("tl", "Tagalog"), ("de", "German"), ("it", "Italian"), ("ja", "Japanese"), ("ko", "Korean"),
                        ("zh", "Chinese"), ("hi", "Hindi"),
                    ],
                    max_length=2,
                ),
                blank=True,
                default=snoutos.accounts.models.every_language,
                help_text="Phone numbers written out in these languages are found, besides English and Spanish.",
                size=None,
            ),
        ),
    ]
