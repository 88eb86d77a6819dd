"""The phone and the addresses that critical alerts go to."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_drop_the_tables_of_axes'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='alert_emails',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='organization',
            name='alert_phone',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddConstraint(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(('alert_phone', ''), ('alert_phone__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='organization_alert_phone_is_e164'),
        ),
    ]
