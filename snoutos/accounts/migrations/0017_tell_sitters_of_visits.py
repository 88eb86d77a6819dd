"""Whether sitters are texted about their visits: on, also for businesses that are there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0016_let_members_choose_passwords_by_link'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='tell_sitters_of_visits',
            field=models.BooleanField(db_default=True, default=True, help_text="From your own conversation with them, within ten minutes. They're always told when you say that a sitter is out."),
        ),
    ]
