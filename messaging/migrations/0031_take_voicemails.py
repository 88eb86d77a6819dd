"""Callers can leave a voicemail: a recording that belongs to its call."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0030_let_sitters_sign_in_by_link'),
    ]

    operations = [
        migrations.CreateModel(
            name='Voicemail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('content_type', models.CharField(max_length=100)),
                ('source_url', models.URLField(max_length=500)),
                ('state', models.CharField(choices=[('listed', 'Downloading'), ('kept', 'Saved'), ('refused', 'Refused'), ('failed', "Couldn't be downloaded")], default='listed', max_length=16)),
                ('size', models.PositiveIntegerField(null=True)),
                ('file', models.FileField(blank=True, upload_to='media/%Y/%m/')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, null=True)),
                ('seconds', models.PositiveIntegerField()),
                ('left_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='call',
            name='call_has_a_known_state',
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='call_voicemail',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AlterField(
            model_name='call',
            name='state',
            field=models.CharField(choices=[('missed', 'Missed call'), ('voicemail', 'Voicemail'), ('turned_away', 'Blocked call'), ('forwarding', 'Forwarded call'), ('answered', 'Forwarded call, answered')], max_length=16),
        ),
        migrations.AlterField(
            model_name='webhookreceipt',
            name='kind',
            field=models.CharField(choices=[('inbound', 'Inbound text'), ('status', 'Delivery status'), ('call', 'Call'), ('call_status', 'End of a call'), ('call_recorded', 'Voicemail'), ('call_forwarded', 'Outcome of a forwarded call')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['missed', 'voicemail', 'turned_away', 'forwarding', 'answered'])), name='call_has_a_known_state'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='call',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='voicemails', to='messaging.call'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddIndex(
            model_name='voicemail',
            index=models.Index(condition=models.Q(('state', 'listed')), fields=['next_try_at'], name='voicemail_to_fetch'),
        ),
        migrations.AddConstraint(
            model_name='voicemail',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='messaging_voicemail_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='voicemail',
            constraint=models.UniqueConstraint(fields=('call',), name='voicemail_one_per_call'),
        ),
        AddTenantKeys('Voicemail'),
    ]
