from django.db import migrations

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_grant_the_running_role")]

    operations = [AddTenantKeys("ApiKey", "IdempotentRequest")]
