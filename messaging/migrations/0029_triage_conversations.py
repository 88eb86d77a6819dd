"""Which member sees to a conversation, and when a snoozed one comes back. Until now nothing read when one comes back."""

import django.db.models.deletion
import snoutos.accounts.tenancy
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0028_forward_calls'),
    ]

    operations = [
        migrations.AddField(
            model_name='thread',
            name='assignee',
            field=snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='thread',
            name='snoozed_at_position',
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee', '-last_message_at'], name='thread_assigned'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('snoozed_at_position__isnull', False)), fields=['organization', '-last_message_at'], name='thread_snoozed'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.CheckConstraint(condition=models.Q(('snoozed_until__isnull', True), ('snoozed_at_position__isnull', False), _connector='OR'), name='thread_snoozed_stands_somewhere'),
        ),
        migrations.RunSQL(
            'ALTER TABLE "messaging_thread" ADD CONSTRAINT "messaging_thread_assignee_id_same_organization" '
            'FOREIGN KEY (organization_id, "assignee_id") REFERENCES "accounts_user" (organization_id, id)',
            'ALTER TABLE "messaging_thread" DROP CONSTRAINT "messaging_thread_assignee_id_same_organization"',
        ),
    ]
