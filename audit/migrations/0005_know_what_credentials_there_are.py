"""Nothing but a session, an API key or nothing is what somebody acted with."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_tell_with_what_somebody_acts'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='auditevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credential_id__isnull', True), ('credential_kind', '')), models.Q(('credential_id__isnull', False), ('credential_kind__in', ['session', 'api_key'])), _connector='OR'), name='auditevent_names_a_known_credential_or_none'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(('credential_kind__in', ['', 'session', 'api_key'])), name='look_was_with_a_known_credential'),
        ),
    ]
