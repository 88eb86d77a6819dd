"""A text that a phone or a system sent by itself is marked, so that nothing answers it by itself. Earlier texts stay unmarked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0011_forget_what_nothing_showed")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_auto_reply",
            field=models.BooleanField(default=False, db_default=False, editable=False),
        )
    ]
