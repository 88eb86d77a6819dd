from django.db import migrations

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_decisions"), ("messaging", "0002_keep_references_inside_one_organization")]

    operations = [AddTenantKeys("RoutingDecision")]
