"""A text that nobody wrote says what it is for: about their visits, as all that there are, or an offer."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0019_record_consent_that_people_gave'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='purpose',
            field=models.CharField(choices=[('service', 'About their visits'), ('promotional', 'Offers and news')], db_default='service', default='service', max_length=16),
        ),
    ]
