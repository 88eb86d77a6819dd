from django.db import migrations, models


class Migration(migrations.Migration):
    """Owners can choose what is done about a disguised contact, as about any other finding."""

    dependencies = [("policy", "0002_keep_references_inside_one_organization")]

    operations = [
        migrations.AlterField(
            model_name="screeningrule",
            name="finding_kind",
            field=models.CharField(
                choices=[
                    ("phone", "Phone number"),
                    ("email", "E-mail address"),
                    ("url", "Link"),
                    ("social", "Social handle"),
                    ("payment", "Payment handle"),
                    ("intent", "Taking it elsewhere"),
                    ("evasion", "Disguised contact"),
                ],
                max_length=16,
            ),
        ),
    ]
