"""An owner's or staff's own phone. Rows of before have none, and code of before writes none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_let_paused_numbers_cool_down'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='phone',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('phone', ''), _negated=True), fields=('organization', 'phone'), name='user_unique_phone_per_organization', violation_error_message='Another member already has this phone number.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), ('phone__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='user_phone_is_e164'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), ('role__in', ['owner', 'staff']), _connector='OR'), name='user_with_a_phone_works_in_the_office', violation_error_message='Only owners and staff have a phone here. Take the phone off first.'),
        ),
    ]
