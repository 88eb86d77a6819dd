"""When a business is open, and whom clients call when it is not. Those of before set neither: always open. Code of before writes neither."""

import django.contrib.postgres.fields
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='emergency_contact',
            field=models.CharField(blank=True, db_default='', default='', help_text="Who clients should call when you're closed, with the phone number: VCA Animal Hospital, (310) 555-0123. Replies outside business hours say it; they can't be turned on without it.", max_length=160),
        ),
        migrations.AddField(
            model_name='organization',
            name='holidays',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=140), blank=True, db_default=[], default=list, help_text='One line for each: Dec 25, 2026 Christmas Day. With hours if you open for a while: Dec 24, 2026 Christmas Eve, 8 AM–noon.', size=None),
        ),
        migrations.AddField(
            model_name='organization',
            name='opening_hours',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=63), blank=True, db_default=[], default=list, help_text='One line for each day or range of days. Days you leave out are closed. Empty means always open.', size=None),
        ),
        migrations.AddConstraint(
            model_name='organization',
            constraint=models.CheckConstraint(condition=models.Q(('opening_hours__len__in', [0, 7]), django.db.models.lookups.Regex(models.Func(models.F('opening_hours'), models.Value('|'), function='array_to_string', output_field=models.TextField()), '^((([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)( ([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)){0,3})?([|](([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)( ([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)){0,3})?){6})?$')), name='organization_opening_hours_are_seven_days', violation_error_message="These opening hours can't be read."),
        ),
        migrations.AddConstraint(
            model_name='organization',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Regex(models.Func(models.F('holidays'), models.Value('|'), function='array_to_string', output_field=models.TextField()), '^([0-9]{4}-[0-9]{2}-[0-9]{2} (closed|([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(,([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)){0,3}) [^|]{1,60}([|][0-9]{4}-[0-9]{2}-[0-9]{2} (closed|([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(,([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)){0,3}) [^|]{1,60})*)?$'), name='organization_holidays_are_days', violation_error_message="These holidays can't be read."),
        ),
    ]
