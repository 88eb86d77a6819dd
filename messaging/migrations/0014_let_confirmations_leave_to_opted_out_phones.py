"""A delivery may leave on the word of an opt-out, which it confirms. No row changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_let_phones_change_hands")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="authority",
            field=models.CharField(
                choices=[
                    ("window", "The sitter's window"),
                    ("owner", "The owner"),
                    ("rule", "An automation or the system"),
                    ("relay", "A relay to the sitter"),
                    ("alert", "An alert that is still open"),
                    ("confirmation", "An opt-out, which it confirms"),
                ],
                max_length=16,
            ),
        )
    ]
