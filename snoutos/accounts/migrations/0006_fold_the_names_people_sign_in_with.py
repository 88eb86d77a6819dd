"""Stored names in the one spelling that the sign-in now looks up. Where two would become one, both stay as they are."""

from django.db import migrations

from snoutos.accounts.names import fold


def fold_names(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects
    for user in users.only("pk", "email").iterator(chunk_size=1000):
        folded = fold(user.email)
        if folded != user.email and not users.filter(email=folded).exists():
            users.filter(pk=user.pk).update(email=folded)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_count_wrong_passwords")]

    operations = [migrations.RunPython(fold_names, migrations.RunPython.noop)]
