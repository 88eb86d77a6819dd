"""Consent to texts comes along with people from a file, and ends when the import is undone. Rows of before bring none."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_keep_business_hours'),
        ('messaging', '0034_find_the_visits_of_a_week'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='consent',
            name='consent_ended_says_when_and_why',
        ),
        migrations.AddField(
            model_name='importedrow',
            name='agrees',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='consent',
            name='ended_as',
            field=models.CharField(blank=True, choices=[('opted_out', 'They opted out'), ('replaced', 'They have another phone now'), ('recycled', "The phone is someone else's now"), ('undone', 'The import that recorded it was undone')], editable=False, max_length=16),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_as', ''), ('ended_at__isnull', True)), models.Q(('ended_as__in', ['opted_out', 'replaced', 'recycled', 'undone']), ('ended_at__gte', models.F('given_at')), ('ended_at__isnull', False)), _connector='OR'), name='consent_ended_says_when_and_why'),
        ),
    ]
