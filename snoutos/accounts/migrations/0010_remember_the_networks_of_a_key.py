"""Which networks an API key was used from, so that a new one can be told of."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_when_unopened_texts_come_to_the_owner'),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='networks',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, db_default=[], default=list, editable=False, size=None),
        ),
    ]
