"""The sign-in log of django-axes, which SnoutOS no longer uses: it held names and addresses as they were typed.

Runs wherever axes was installed and does nothing elsewhere, so that `migrate` alone upgrades either.
"""

from django.db import migrations

TABLES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog")


def drop(apps, schema_editor):
    connection = schema_editor.connection
    there = set(connection.introspection.table_names())
    for table in TABLES:
        if table in there:
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(table)}")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'axes'")
        if {"auth_permission", "django_content_type"} <= there:
            kinds = "(SELECT id FROM django_content_type WHERE app_label = 'axes')"
            cursor.execute(f"DELETE FROM auth_permission WHERE content_type_id IN {kinds}")
            cursor.execute("DELETE FROM django_content_type WHERE app_label = 'axes'")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_fold_the_names_people_sign_in_with")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
