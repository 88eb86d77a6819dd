from django.db import migrations

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):
    dependencies = [
        ("policy", "0001_violations_and_rules"),
        ("messaging", "0002_keep_references_inside_one_organization"),
    ]

    operations = [AddTenantKeys("AllowedContact", "ScreeningRule", "Violation")]
