"""Where critical alerts go with the desk closed, and which of them left; members' own phones take part in conversations."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_let_critical_alerts_leave_the_desk'),
        ('audit', '0003_count_failures_of_matching'),
        ('messaging', '0007_keep_reactions_at_their_texts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AlertChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('mail', 'E-mail'), ('text', 'Text')], max_length=8)),
                ('address', models.CharField(max_length=254)),
                ('code_hash', models.CharField(blank=True, max_length=64)),
                ('tested_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('proven_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('letter', models.UUIDField(default=uuid.uuid4)),
                ('state', models.CharField(choices=[('waiting', 'Waits'), ('sending', 'On its way'), ('sent', 'Sent'), ('failed', 'Not sent'), ('unknown', 'Perhaps not sent'), ('skipped', 'Not needed any more')], default='waiting', max_length=16)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='participant',
            name='participant_role_names_its_party',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='authority',
            field=models.CharField(choices=[('window', "The sitter's window"), ('owner', 'The owner'), ('rule', 'An automation or the system'), ('relay', 'A relay to the sitter'), ('alert', 'An alert that is still open')], max_length=16),
        ),
        migrations.AlterField(
            model_name='participant',
            name='role',
            field=models.CharField(choices=[('client', 'Client'), ('sitter', 'Sitter'), ('member', 'Member'), ('unknown', 'Unknown')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at__isnull', True), ('role', 'member')), fields=('thread',), name='thread_one_open_member'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', False), ('role', 'client'), ('sitter__isnull', True)), models.Q(('client__isnull', True), ('role', 'sitter'), ('sitter__isnull', False)), models.Q(('client__isnull', True), ('role__in', ['unknown', 'member']), ('sitter__isnull', True)), _connector='OR'), name='participant_role_names_its_party'),
        ),
        migrations.AddField(
            model_name='alertchannel',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='alertchannel',
            name='proven_by',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notification',
            name='alert',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='audit.alert'),
        ),
        migrations.AddField(
            model_name='notification',
            name='channel',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='messaging.alertchannel'),
        ),
        migrations.AddField(
            model_name='notification',
            name='message',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='notification',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddConstraint(
            model_name='alertchannel',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='messaging_alertchannel_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='alertchannel',
            constraint=models.UniqueConstraint(fields=('organization', 'kind', 'address'), name='alertchannel_once_per_address'),
        ),
        migrations.AddConstraint(
            model_name='alertchannel',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mail', 'text'])), name='alertchannel_has_a_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='alertchannel',
            constraint=models.CheckConstraint(condition=models.Q(('code_hash', ''), ('tested_at__isnull', False), _connector='OR'), name='alertchannel_code_has_the_time_of_its_test'),
        ),
        migrations.AddConstraint(
            model_name='alertchannel',
            constraint=models.CheckConstraint(condition=models.Q(('proven_at__isnull', True), ('proven_by__isnull', False), _connector='OR'), name='alertchannel_proven_names_who_saw_it_arrive'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='notification_waiting'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_at'], name='notification_being_sent'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['channel', '-created_at'], name='notification_of_channel'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['letter'], name='notification_letter'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='messaging_notification_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('alert', 'channel'), name='notification_once_per_alert_and_channel'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'failed', 'unknown', 'skipped'])), name='notification_has_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), ('next_try_at__isnull', False), _connector='OR'), name='notification_waiting_knows_until_when'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sending'), _negated=True), ('claimed_at__isnull', False), _connector='OR'), name='notification_sending_is_claimed'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', False), ('state__in', ['waiting', 'sending']), _connector='OR'), name='notification_over_has_its_time'),
        ),
        AddTenantKeys('AlertChannel', 'Notification'),
    ]
