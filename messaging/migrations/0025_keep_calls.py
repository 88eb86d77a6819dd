"""Calls to a business number stand in its conversations; a number says what its callers hear."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_say_settings_in_owners_words'),
        ('messaging', '0024_pause_automations_where_carriers_filter'),
    ]

    operations = [
        migrations.AddField(
            model_name='messagenumber',
            name='call_sentence',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='callers hear'),
        ),
        migrations.AlterField(
            model_name='webhookreceipt',
            name='kind',
            field=models.CharField(choices=[('inbound', 'Inbound text'), ('status', 'Delivery status'), ('call', 'Call'), ('call_status', 'End of a call')], max_length=16),
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.PositiveBigIntegerField()),
                ('provider_sid', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('missed', 'Missed call'), ('turned_away', 'Blocked call')], max_length=16)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('seconds', models.PositiveIntegerField(null=True)),
                ('account', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.provideraccount')),
                ('number', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.messagenumber')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('participant', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.participant')),
                ('thread', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='messaging.thread')),
            ],
            options={
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_call_of_organization'), models.UniqueConstraint(fields=('account', 'provider_sid'), name='call_unique_provider_sid'), models.UniqueConstraint(fields=('thread', 'position'), name='call_unique_position_in_thread'), models.CheckConstraint(condition=models.Q(('state__in', ['missed', 'turned_away'])), name='call_has_a_known_state'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('started_at')), _connector='OR'), name='call_ends_after_it_started')],
            },
        ),
        AddTenantKeys("Call"),
    ]
