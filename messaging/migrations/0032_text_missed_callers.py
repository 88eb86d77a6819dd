"""A number can text callers whom no one took; a call says when its caller was."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0031_take_voicemails'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='texted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='missed_call_text',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=320),
        ),
    ]
