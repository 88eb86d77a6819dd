"""How the US carriers know a number. Those of before are not known yet, which blocks nothing; code of before writes none of it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_keep_business_hours'),
        ('messaging', '0035_import_consent_with_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='messagenumber',
            name='brand_state',
            field=models.CharField(choices=[('unknown', 'Not checked yet'), ('exempt', 'Not needed'), ('unregistered', 'Not registered'), ('pending', 'Being reviewed'), ('approved', 'Registered'), ('suspended', 'Suspended')], db_default='unknown', default='unknown', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='campaign_state',
            field=models.CharField(choices=[('unknown', 'Not checked yet'), ('exempt', 'Not needed'), ('unregistered', 'Not registered'), ('pending', 'Being reviewed'), ('approved', 'Registered'), ('suspended', 'Suspended')], db_default='unknown', default='unknown', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='registration_read_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='registrations_due_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='messagenumber',
            constraint=models.CheckConstraint(condition=models.Q(('brand_state__in', ['unknown', 'exempt', 'unregistered', 'pending', 'approved', 'suspended']), ('campaign_state__in', ['unknown', 'exempt', 'unregistered', 'pending', 'approved', 'suspended'])), name='messagenumber_has_a_known_registration'),
        ),
    ]
