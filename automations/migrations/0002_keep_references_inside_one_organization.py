"""Composite keys: nothing of one business can point into another."""

from django.db import migrations

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):
    dependencies = [("automations", "0001_rules_and_what_ran")]

    operations = [
        AddTenantKeys("Automation", "AutomationVersion", "Execution", "Step", "ExternalEvent"),
    ]
