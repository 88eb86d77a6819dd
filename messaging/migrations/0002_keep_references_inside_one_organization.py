from django.db import migrations

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_messages_and_what_carries_them")]

    operations = [
        AddTenantKeys(
            "AssignmentWindow",
            "Client",
            "ClientPhone",
            "ConsentChange",
            "Delivery",
            "DeliveryReport",
            "Message",
            "MessageMedia",
            "MessageNumber",
            "OptOut",
            "Participant",
            "ProviderAccount",
            "RoutingOverride",
            "SendAttempt",
            "SendingLine",
            "Sitter",
            "Thread",
            "ThreadRead",
        )
    ]
