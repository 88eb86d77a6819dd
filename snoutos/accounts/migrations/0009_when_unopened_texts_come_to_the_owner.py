import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_let_critical_alerts_leave_the_desk")]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="unopened_minutes",
            field=models.PositiveSmallIntegerField(
                default=15,
                help_text="A client's text that its sitter has neither received nor opened so many minutes later comes to you.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("unopened_minutes__gte", 1), ("unopened_minutes__lte", 1440)),
                name="organization_gets_unopened_texts_within_a_day",
            ),
        ),
    ]
